-- 0002_sync: the sync's own record: runs, changes, issues, each account's state and lease.
create table sync.run (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    dag_id text not null,
    dag_run_id text not null,
    attempt integer not null,
    run_type text not null constraint run_run_type check (run_type in ('scheduled', 'manual', 'backfill')),
    mode text not null constraint run_mode check (mode in ('full', 'incremental', 'replay')),
    dry_run boolean not null default false,
    status text not null default 'running' constraint run_status check (
        status in ('running', 'success', 'no_changes', 'partial', 'held', 'stale', 'failed')
    ),
    as_of timestamptz,
    snapshot_uri text,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    users_seen integer not null default 0,
    users_created integer not null default 0,
    users_updated integer not null default 0,
    users_reactivated integer not null default 0,
    users_deactivated integer not null default 0,
    users_unchanged integer not null default 0,
    users_held integer not null default 0,
    users_rejected integer not null default 0,
    teams_created integer not null default 0,
    teams_updated integer not null default 0,
    teams_archived integer not null default 0,
    teams_unchanged integer not null default 0,
    members_added integer not null default 0,
    members_removed integer not null default 0,
    errors integer not null default 0,
    warnings integer not null default 0,
    error_class text,
    error_message text,
    error_step text,
    error_code text,
    error_hint text,
    constraint run_attempt unique (account_id, dag_run_id, attempt),
    constraint run_of_account unique (account_id, id)
);

-- No foreign keys to users and teams: the history outlives what it tells of.
create table sync.change (
    run_id bigint not null references sync.run (id) on delete cascade,
    seq integer not null,
    entity text not null constraint change_entity check (entity in ('user', 'profile', 'team', 'team_member')),
    action text not null constraint change_action check (
        action in ('create', 'update', 'reactivate', 'deactivate', 'archive', 'add', 'remove', 'link')
    ),
    user_id bigint,
    team_id bigint,
    entra_id uuid,
    label text,
    fields jsonb not null default '{}',
    status text not null constraint change_status check (
        status in ('applied', 'held', 'rejected', 'dry_run', 'reverted')
    ),
    primary key (run_id, seq)
);

create table sync.issue (
    run_id bigint not null references sync.run (id) on delete cascade,
    seq integer not null,
    severity text not null constraint issue_severity check (severity in ('error', 'warning')),
    step text not null,
    code text not null,
    entity text,
    entra_id text,
    label text,
    field text,
    message text not null,
    hint text,
    primary key (run_id, seq)
);

create table sync.account_state (
    account_id bigint primary key references peoplegoal.account (id),
    applied_run_id bigint not null,
    applied_as_of timestamptz not null,
    snapshot_uri text not null,
    config_fingerprint text not null,
    constraint account_state_run foreign key (account_id, applied_run_id) references sync.run (account_id, id)
);

create table sync.lease (
    account_id bigint primary key references peoplegoal.account (id),
    run_id bigint not null,
    holder text not null,
    expires_at timestamptz not null,
    constraint lease_run foreign key (account_id, run_id) references sync.run (account_id, id)
);

-- The names behind the numbers: every counter of a run, counted again from its changes and issues.
-- users_seen, users_unchanged and teams_unchanged tell of what has no row.
create view sync.run_count as
select
    run.id as run_id,
    coalesce(changed.users_created, 0) as users_created,
    coalesce(changed.users_updated, 0) as users_updated,
    coalesce(changed.users_reactivated, 0) as users_reactivated,
    coalesce(changed.users_deactivated, 0) as users_deactivated,
    coalesce(changed.users_held, 0) as users_held,
    coalesce(changed.users_rejected, 0) as users_rejected,
    coalesce(changed.teams_created, 0) as teams_created,
    coalesce(changed.teams_updated, 0) as teams_updated,
    coalesce(changed.teams_archived, 0) as teams_archived,
    coalesce(changed.members_added, 0) as members_added,
    coalesce(changed.members_removed, 0) as members_removed,
    coalesce(found.errors, 0) as errors,
    coalesce(found.warnings, 0) as warnings
from sync.run as run
left join lateral (
    select
        count(*) filter (where change.entity = 'user' and change.action = 'create' and does) as users_created,
        count(*) filter (where change.entity = 'user' and change.action = 'reactivate' and does) as users_reactivated,
        count(*) filter (where change.entity = 'user' and change.action = 'deactivate' and does) as users_deactivated,
        count(*) filter (where change.entity = 'user' and change.status = 'held') as users_held,
        count(*) filter (where change.entity = 'user' and change.status = 'rejected') as users_rejected,
        count(*) filter (where change.entity = 'team' and change.action = 'create' and does) as teams_created,
        count(*) filter (where change.entity = 'team' and change.action = 'archive' and does) as teams_archived,
        count(*) filter (where change.entity = 'team_member' and change.action = 'add' and does) as members_added,
        count(*) filter (where change.entity = 'team_member' and change.action = 'remove' and does)
            as members_removed,
        -- Somebody who was created or reactivated as well has a user row that says so, and counts there only.
        count(distinct change.entra_id) filter (
            where does and (change.entity = 'user' or change.entity = 'profile')
        ) - count(distinct change.entra_id) filter (
            where does and change.entity = 'user' and change.action in ('create', 'reactivate', 'deactivate')
        ) as users_updated,
        -- A member whose role changed is a change of the team.
        count(distinct change.team_id) filter (
            where does and (
                (change.entity = 'team' and change.action in ('update', 'reactivate'))
                or (change.entity = 'team_member' and change.action = 'update')
            )
        ) as teams_updated
    from sync.change as change
    cross join lateral (select change.status in ('applied', 'dry_run', 'reverted') as does) as counts
    where change.run_id = run.id
) as changed on true
left join lateral (
    select
        count(*) filter (where issue.severity = 'error') as errors,
        count(*) filter (where issue.severity = 'warning') as warnings
    from sync.issue as issue
    where issue.run_id = run.id
) as found on true;

create index run_newest on sync.run (account_id, id desc);
create index change_by_entra_id on sync.change (entra_id);
create index change_by_user on sync.change (user_id);
create index issue_by_entra_id on sync.issue (entra_id);

comment on schema sync is 'The record of the directory sync';
comment on table sync.run is 'One row per attempt of a run: opened first, closed last';
comment on column sync.run.attempt is 'Clearing or running again a DAG run keeps its dag_run_id: attempts count up';
comment on column sync.run.run_type is 'scheduled; manual: triggered by a person; backfill';
comment on column sync.run.mode is 'full: all was read; incremental: what changed; replay: a stored snapshot again';
comment on column sync.run.status is
'running; success; no_changes; partial: something was rejected or withheld; held: waits for a decision;
stale: an older night, current tables left; failed';
comment on column sync.run.as_of is 'When the tenant was read';
comment on column sync.run.finished_at is 'Null until the run is closed, also when its data are applied already';
comment on column sync.run.error_step is 'The step that failed last; cleared when a later try of it succeeds';
comment on table sync.change is 'What a run did, or would have done, to whom';
comment on column sync.change.seq is 'From 1 per run';
comment on column sync.change.entra_id is 'The person, or the group or manager of a team';
comment on column sync.change.fields is '{name: [old, new]}; managers and leads by object id';
comment on column sync.change.status is
'applied; held: withheld, with an issue that says why; rejected: a bad row, left alone;
dry_run: planned only; reverted: taken back later';
comment on table sync.issue is 'What a run found; codes are explained in docs/issue_codes.md';
comment on column sync.issue.entra_id is 'Any object id of the directory; text: a malformed one may be the issue';
comment on table sync.account_state is 'The snapshot that the current tables show; moves together with the data';
comment on table sync.lease is 'Which run works on the account; dies with its holder at expires_at';
comment on view sync.run_count is 'Each run''s counters, counted again from its changes and issues';
