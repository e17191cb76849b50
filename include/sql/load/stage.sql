-- stage: temporary tables for the input of one load; gone at commit. Sorts stay in memory, short plans uncompiled.
-- Nobody is waited for without end; a limit that the connection, the role or the server sets is kept.
select
    set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true),
    set_config('lock_timeout', coalesce(nullif(current_setting('lock_timeout'), '0'), '60s'), true);

create temporary table stage_setting (
    account_id bigint not null,
    run_id bigint not null,
    dry_run boolean not null,
    as_of timestamptz not null,
    complete boolean not null,
    -- What speaks against its being complete, in words.
    gaps text,
    match_email boolean not null,
    -- Columns of stage_profile that the input does not have: PeopleGoal's own.
    unowned text[] not null,
    -- Fields, named as in sync.change.fields, that only a new profile gets, and those that an empty value leaves alone.
    seeded text[] not null,
    uncleared text[] not null,
    protected text[] not null,
    -- States of stage_person that make nobody leave, and how long the others stay.
    ignored text[] not null,
    grace interval not null,
    -- Who manages a leaver's reports: none, keep, to_managers_manager.
    reports text not null,
    managers_are_teams boolean not null,
    population integer not null,
    -- The account was never loaded before.
    is_first boolean not null,
    is_empty boolean not null,
    -- Whether absence is evidence tonight.
    may_leave boolean not null,
    -- The snapshot has no group at all, where there are teams from groups: absence of a group is no evidence.
    no_groups boolean not null,
    -- The directory says who leads a group's team; otherwise PeopleGoal does.
    group_leads_owned boolean not null
) on commit drop;

create temporary table stage_profile (
    entra_id uuid primary key,
    email text,
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
    manager_entra_id uuid,
    custom_fields text
) on commit drop;

create temporary table stage_person (
    entra_id uuid primary key,
    email text,
    label text,
    state text not null,
    reason text,
    number integer not null
) on commit drop;

create temporary table stage_team (
    key text primary key,
    kind text not null,
    entra_id uuid not null,
    name text,
    description text,
    email text,
    lead_entra_id uuid,
    number integer not null
) on commit drop;

-- By the numbers of stage_team and stage_person: there are many rows, and texts and object ids cost most of their time.
create temporary table stage_team_member (
    team_number integer not null,
    person_number integer not null,
    role text not null
) on commit drop;

create temporary table stage_code (
    code text primary key,
    severity text not null,
    step text not null,
    hint text
) on commit drop;

-- Not of the input: teams over the limit of losses.
create temporary table plan_team_loss (
    team_key text primary key,
    entra_id uuid not null,
    members bigint not null,
    lost bigint not null
) on commit drop;

-- Not of the input: people whose manager the directory does not name, and who keep or get one all the same.
create temporary table plan_kept_manager (
    user_id bigint primary key,
    entra_id uuid not null,
    manager_id bigint not null,
    -- Null: a manager of whom the directory knows nothing.
    manager_entra_id uuid,
    -- The leaver for whom the manager stands in.
    leaver_id bigint,
    -- The link would close a circle: it is left out.
    is_circle boolean not null default false
) on commit drop;
