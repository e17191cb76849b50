-- stage_issues: a place for one run's findings, in their order; gone at commit.
create temporary table stage_issue (
    ordinal integer generated always as identity,
    severity text,
    step text,
    code text,
    entity text,
    entra_id text,
    label text,
    field text,
    message text,
    hint text
) on commit drop;
