-- insert_issues: stage_issue -> sync.issue, behind those that the run has.
insert into sync.issue (
    run_id, seq, severity, step, code, entity, entra_id, label, field, message, hint
)
select
    %(run_id)s,
    (
        select coalesce(max(issue.seq), 0) from sync.issue as issue
        where issue.run_id = %(run_id)s
    )
    + row_number() over (order by staged.ordinal),
    staged.severity,
    staged.step,
    staged.code,
    staged.entity,
    staged.entra_id,
    staged.label,
    staged.field,
    coalesce(staged.message, ''),
    staged.hint
from stage_issue as staged;
