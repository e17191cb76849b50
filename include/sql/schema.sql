-- schema: the whole database as the migrations leave it; the reference to read, and what a test compares with.
create schema peoplegoal;

create table peoplegoal.account (
    id bigint generated always as identity primary key,
    slug text not null unique,
    name text not null,
    created_at timestamptz not null default now()
);

create table peoplegoal.app_user (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    entra_id uuid,
    email text,
    status text not null default 'ready_to_invite'
    constraint app_user_status check (status in ('ready_to_invite', 'invited', 'active', 'deactivated')),
    invited_at timestamptz,
    activated_at timestamptz,
    deactivated_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint app_user_of_account unique (account_id, id),
    constraint app_user_entra_id unique (account_id, entra_id),
    -- Checked at commit, so that two people can swap addresses in one night.
    constraint app_user_email exclude using btree (account_id with =, email with =)
    where (status <> 'deactivated') deferrable initially deferred
);

create table peoplegoal.profile (
    user_id bigint primary key,
    account_id bigint not null,
    first_name text,
    last_name text,
    display_name text,
    job_title text,
    department text,
    company text,
    office text,
    city text,
    state text,
    country text,
    mobile_phone text,
    work_phone text,
    employee_id text,
    employee_type text,
    hire_date date,
    preferred_language text,
    manager_id bigint,
    custom_fields jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint profile_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id),
    constraint profile_manager foreign key (account_id, manager_id) references peoplegoal.app_user (account_id, id),
    constraint profile_custom_fields check (jsonb_typeof(custom_fields) = 'object')
);

create table peoplegoal.team (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    kind text not null constraint team_kind check (kind in ('group', 'manager')),
    entra_id uuid,
    name text not null,
    description text,
    email text,
    lead_id bigint,
    status text not null default 'active' constraint team_status check (status in ('active', 'archived')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint team_of_account unique (account_id, id),
    constraint team_entra_id unique (account_id, kind, entra_id),
    constraint team_lead foreign key (account_id, lead_id) references peoplegoal.app_user (account_id, id)
);

create table peoplegoal.team_member (
    team_id bigint not null,
    user_id bigint not null,
    account_id bigint not null,
    role text not null default 'member' constraint team_member_role check (role in ('member', 'lead')),
    since timestamptz not null default now(),
    primary key (team_id, user_id),
    constraint team_member_team foreign key (account_id, team_id) references peoplegoal.team (account_id, id),
    constraint team_member_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id)
);

create index profile_by_manager_and_user on peoplegoal.profile (account_id, manager_id, user_id);
create index profile_by_employee_id on peoplegoal.profile (account_id, employee_id);
create index team_by_lead on peoplegoal.team (account_id, lead_id);
create index team_member_by_user on peoplegoal.team_member (account_id, user_id);
create index team_member_by_team on peoplegoal.team_member (account_id, team_id);
create index app_user_by_status on peoplegoal.app_user (account_id, status, id);

comment on schema peoplegoal is 'The application''s people and teams';
comment on table peoplegoal.account is 'One customer';
comment on table peoplegoal.app_user is 'One person of one account; nobody is ever deleted';
comment on column peoplegoal.app_user.entra_id is 'Object id in Entra: the person, whatever their name or address';
comment on column peoplegoal.app_user.email is 'Lower case; unique among the account''s users that are not deactivated';
comment on column peoplegoal.app_user.status is
'ready_to_invite: new or back; invited, active: set by PeopleGoal only; deactivated: left, with all history';
comment on table peoplegoal.profile is 'What PeopleGoal shows of a person; the sync owns the columns its mapping names';
comment on column peoplegoal.profile.custom_fields is 'The sync owns the keys that its mapping names';
comment on table peoplegoal.team is 'A group of Entra, or a manager with their direct reports';
comment on column peoplegoal.team.kind is 'group: a group of Entra; manager: the direct reports of the user entra_id';
comment on column peoplegoal.team.status is 'active; archived: no longer there, kept with its history';
comment on table peoplegoal.team_member is 'Who belongs to a team';
comment on column peoplegoal.team_member.role is 'member; lead: the manager of a manager''s team';

create schema sync;

create table sync.migration (
    version integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

comment on table sync.migration is 'The migrations of this database, each applied once';

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
    mode_reason text,
    requests integer not null default 0,
    resource_units integer not null default 0,
    checks_uri text,
    undoes bigint,
    day date,
    throttled integer not null default 0,
    swept_at timestamptz,
    constraint run_attempt unique (account_id, dag_run_id, attempt),
    constraint run_of_account unique (account_id, id),
    constraint run_undoes foreign key (account_id, undoes) references sync.run (account_id, id)
    on delete set null (undoes)
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
    decision_id bigint,
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

create table sync."check" (
    run_id bigint not null references sync.run (id) on delete cascade,
    seq integer not null,
    code text not null,
    tbl text not null,
    field text,
    severity text not null constraint check_severity check (severity in ('block', 'reject', 'warn', 'ignore')),
    ok boolean not null,
    rows bigint not null,
    failed bigint not null,
    expected text not null,
    engine text not null,
    primary key (run_id, seq)
);

create table sync.measure (
    run_id bigint not null references sync.run (id) on delete cascade,
    name text not null,
    value double precision not null,
    primary key (run_id, name)
);

create table sync.lease (
    account_id bigint primary key references peoplegoal.account (id),
    run_id bigint not null,
    holder text not null,
    expires_at timestamptz not null,
    constraint lease_run foreign key (account_id, run_id) references sync.run (account_id, id)
);

create table sync.decision (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    run_id bigint not null,
    kind text not null constraint decision_kind check (
        kind in ('too_many_deactivations', 'too_many_creations', 'too_much_team_loss')
    ),
    fingerprint text not null,
    items integer not null,
    population integer not null,
    over text not null,
    status text not null default 'open' constraint decision_status check (
        status in ('open', 'approved', 'rejected', 'expired', 'superseded', 'applied')
    ),
    asked_at timestamptz not null default now(),
    expires_at timestamptz not null,
    asked_in text,
    answered_at timestamptz,
    answered_by text,
    applied_run_id bigint,
    constraint decision_of_account unique (account_id, id),
    constraint decision_run foreign key (account_id, run_id) references sync.run (account_id, id) on delete cascade
);

create table sync.leaver (
    account_id bigint not null references peoplegoal.account (id),
    user_id bigint not null,
    since timestamptz not null,
    primary key (account_id, user_id),
    constraint leaver_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id)
);

create table sync.stand_in (
    account_id bigint not null references peoplegoal.account (id),
    user_id bigint not null,
    leaver_id bigint not null,
    manager_id bigint not null,
    primary key (account_id, user_id),
    constraint stand_in_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id),
    constraint stand_in_leaver foreign key (account_id, leaver_id) references peoplegoal.app_user (account_id, id),
    constraint stand_in_manager foreign key (account_id, manager_id) references peoplegoal.app_user (account_id, id)
);

create table sync.headcount (
    account_id bigint not null references peoplegoal.account (id),
    date date not null,
    department text not null,
    active integer not null,
    joiners integer not null,
    leavers integer not null,
    movers_in integer not null,
    movers_out integer not null,
    primary key (account_id, date, department)
);

create table sync.notice (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    receiver text not null,
    kind text not null constraint notice_kind check (
        kind in ('failed', 'quarantined', 'recovered', 'held', 'expiry', 'weekly')
    ),
    key text not null,
    run_id bigint,
    told_at timestamptz not null
);

create index notice_by_receiver on sync.notice (account_id, receiver, told_at);

create table sync.skipped_night (
    account_id bigint not null references peoplegoal.account (id),
    dag_run_id text not null,
    reason text not null,
    skipped_at timestamptz not null,
    primary key (account_id, dag_run_id)
);

create table sync.forgotten (
    account_id bigint not null references peoplegoal.account (id),
    entra_id uuid not null,
    asked_at timestamptz not null,
    asked_by text not null,
    finished_at timestamptz,
    primary key (account_id, entra_id)
);

-- The names behind the numbers: every counter of a run, counted again from its changes and issues.
-- users_seen, users_unchanged and teams_unchanged tell of what has no row.
create view sync.run_count as
with judged as (
    select
        run_id,
        entity,
        action,
        status,
        entra_id,
        team_id,
        status in ('applied', 'dry_run', 'reverted') as does
    from sync.change
),

changed as (
    select
        change.run_id,
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
    from judged as change
    group by change.run_id
),

found as (
    select
        issue.run_id,
        count(*) filter (where issue.severity = 'error') as errors,
        count(*) filter (where issue.severity = 'warning') as warnings
    from sync.issue as issue
    group by issue.run_id
)

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
left join changed on run.id = changed.run_id
left join found on run.id = found.run_id;

-- What of each night stands, for the chart of nights and the weekly summary.
create view sync.standing as
select
    run.id as run_id,
    run.account_id,
    run.status,
    run.mode_reason,
    run.started_at,
    run.finished_at,
    case when undone.run_id is null then run.users_created + run.users_reactivated else kept.joined end as joined,
    case when undone.run_id is null then run.users_deactivated else kept.departed end as departed,
    case when undone.run_id is null then run.users_updated else kept.people - kept.joined - kept.departed end as changed
from sync.run as run
-- An undo's own counters tell of the same people once more: what it left standing says how its run is counted.
left join lateral (
    select min(undo.undoes) as run_id
    from sync.run as undo
    where undo.undoes = run.id
) as undone on true
left join lateral (
    select
        count(*) filter (where change.entity = 'user' and change.action in ('create', 'reactivate')) as joined,
        count(*) filter (where change.entity = 'user' and change.action = 'deactivate') as departed,
        count(distinct change.entra_id) as people
    from sync.change as change
    where
        change.run_id = undone.run_id
        and change.entity in ('user', 'profile')
        and change.status = 'applied'
) as kept on true
where not run.dry_run and run.undoes is null;

create index run_newest on sync.run (account_id, id desc);
create index run_by_undoes on sync.run (undoes) where undoes is not null;
create index change_by_person on sync.change (entra_id, run_id);
create index change_by_user on sync.change (user_id);
create index issue_by_entra_id on sync.issue (entra_id);
-- One question, or one approval that waits for its run, per account and kind.
create unique index decision_waiting on sync.decision (account_id, kind) where status in ('open', 'approved');
create index decision_newest on sync.decision (account_id, kind, id desc);
create index decision_of_run on sync.decision (account_id, run_id);
create index change_by_decision on sync.change (decision_id) where decision_id is not null;
create index change_held on sync.change (run_id, decision_id) where decision_id is not null;
create index run_by_day on sync.run (account_id, day desc, id desc) where day is not null;
create index run_by_start on sync.run (account_id, started_at desc, id desc);
create index run_by_status on sync.run (account_id, status, started_at desc, id desc);
create index change_by_kind on sync.change (run_id, entity, action, seq);
create index issue_by_code on sync.issue (run_id, code, seq);
create index run_to_sweep on sync.run (account_id, started_at) where swept_at is null;

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
comment on column sync.run.checks_uri is 'Folder of what validate found; data_docs/index.html in it shows every check';
comment on column sync.run.undoes is 'The run that this one takes back; null for a sync';
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
comment on table sync."check" is 'Every check that a run was held against, passed or not';
comment on column sync."check".field is 'A column of the table or a mapped field; null: the table as a whole';
comment on column sync."check".severity is 'What a failure is for the account: block, reject (the row), warn, ignore';
comment on column sync."check".rows is 'How many rows were asked about; failed: how many of them break it';
comment on table sync.measure is 'Sizes and shares of one run; complete: 1 when all of the tenant was read';
comment on column sync.measure.name is
'complete; rows.users, rows.groups, rows.memberships; in_scope (people); nulls.<field> (share from 0 to 1)';
comment on table sync.lease is 'Which run works on the account; dies with its holder at expires_at';
comment on view sync.run_count is 'Each run''s counters, counted again from its changes and issues';
comment on table sync.decision is 'A question to a person: may what a limit withheld be done, once';
comment on column sync.decision.run_id is 'The run that asked';
comment on column sync.decision.fingerprint is 'Hash of exactly what was withheld; another set is another question';
comment on column sync.decision.items is 'How many people (or memberships of teams) are withheld';
comment on column sync.decision.population is 'Of how many: people not deactivated, or members of the teams concerned';
comment on column sync.decision.over is 'The limit that was reached, in words';
comment on column sync.decision.status is
'open; approved: waits for the run that applies it; applied; rejected; expired: nobody answered in time, which means no;
superseded: the plan changed before it was answered or applied';
comment on column sync.decision.asked_in is 'The run of entra_sync_decisions that asks; null until one does';
comment on column sync.decision.answered_by is 'Who decided, as Airflow or the operating system names them';
comment on column sync.change.decision_id is 'The question that a held change waits for';
comment on table sync.leaver is 'People who are to leave when the account''s days of grace are over';
comment on column sync.leaver.since is 'When the directory was first seen without them, disabled or out of scope';
comment on table sync.stand_in is 'Reports of a leaver who were given the leaver''s own manager';
comment on column sync.run.day is 'The day of the curated tables, in the account''s time zone';
comment on table sync.headcount is 'People of the directory in scope per day and department, from the curated tables';
comment on column sync.headcount.department is 'Empty text: people without one';
comment on column sync.headcount.joiners is 'In scope on this day and not on the day before that is kept';
comment on column sync.headcount.movers_in is 'Were there the day before in another department';
comment on table sync.notice is 'What each receiver was told of an account; written after it was sent';
comment on column sync.notice.receiver is 'Airflow connection id';
comment on column sync.notice.key is
'failed: issue code; quarantined, recovered: run; held: decisions; expiry: credential and days; weekly: ISO week';
comment on column sync.notice.run_id is 'The run that it tells of, as long as that is kept; no foreign key';
comment on table sync.skipped_night is 'Scheduled nights that did nothing because the account is in quarantine';
comment on table sync.forgotten is 'People whose data were erased; of them later snapshots keep the object id alone';
comment on column sync.forgotten.entra_id is 'All that is kept of the person: what was erased stays erased';
comment on column sync.forgotten.asked_by is 'Who erased, as the operating system or Airflow names them';
comment on column sync.forgotten.finished_at is 'Null: not all is erased yet; the next maintenance goes on';
comment on column sync.run.swept_at is 'When retention deleted changes, issues and checks; counters stay';
comment on view sync.standing is 'Runs without dry runs and undos; whom each brought, lost and changed, as it stands';
