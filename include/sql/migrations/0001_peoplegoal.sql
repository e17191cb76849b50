-- 0001_peoplegoal: the application's tables that the sync writes to, where they are not there yet.
create schema if not exists peoplegoal;

create table if not exists peoplegoal.account (
    id bigint generated always as identity primary key,
    slug text not null unique,
    name text not null,
    created_at timestamptz not null default now()
);

create table if not exists peoplegoal.app_user (
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

create table if not exists peoplegoal.profile (
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

create table if not exists peoplegoal.team (
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

create table if not exists peoplegoal.team_member (
    team_id bigint not null,
    user_id bigint not null,
    account_id bigint not null,
    role text not null default 'member' constraint team_member_role check (role in ('member', 'lead')),
    since timestamptz not null default now(),
    primary key (team_id, user_id),
    constraint team_member_team foreign key (account_id, team_id) references peoplegoal.team (account_id, id),
    constraint team_member_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id)
);

create index if not exists profile_by_manager on peoplegoal.profile (account_id, manager_id);
create index if not exists profile_by_employee_id on peoplegoal.profile (account_id, employee_id);
create index if not exists team_by_lead on peoplegoal.team (account_id, lead_id);
create index if not exists team_member_by_user on peoplegoal.team_member (account_id, user_id);
create index if not exists team_member_by_team on peoplegoal.team_member (account_id, team_id);

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
