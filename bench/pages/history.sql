-- A long history, set by set. Given: wanted (runs, changes, people, accounts), one row, and directory (n, entra_id, name,
-- email, state): the people of the first account, which has most of all, as a snapshot of it has them.
-- The runs of an account are six hours apart; the first one brings everybody but one in 400 people, whom PeopleGoal has
-- already, every fifth one changes nothing, one in 200 withholds leavers. The k-th person of an account reports to the
-- ((k - 2) / 7 + 1)-th.
set local session_replication_role = replica; -- foreign keys are kept by the formulas

create temp table size as
select
    a as account_id,
    case when a = 1 then large else small end as people,
    case when a = 1 then 0 else large + (a - 2) * small end as first
from wanted, generate_series(1, accounts) as a, lateral (select (select count(*) from directory) as large) as x,
    lateral (select (people - large) / greatest(accounts - 1, 1) as small) as y;

create temp table person as
select
    first + k as id,
    account_id,
    k::integer as k,
    coalesce(entra_id, md5('person ' || account_id || ' ' || k)::uuid) as entra_id,
    coalesce(name, 'Person ' || k || ' of ' || account_id) as name,
    coalesce(lower(email), 'p' || k || '@customer-' || account_id || '.example') as email,
    case
        when state <> 'in_scope' or state is null and k % 12 = 7 then 'deactivated'
        when k % 50 = 3 then 'ready_to_invite'
        when k % 50 = 4 then 'invited'
        else 'active'
    end as status
from size cross join generate_series(1, people) as k
left join directory on size.account_id = 1 and directory.n = k;
create index on person (account_id, k);
analyze person;

insert into peoplegoal.account (slug, name)
select case when a = 1 then 'contoso' else 'customer-' || lpad(a::text, 3, '0') end, 'Customer ' || a
from wanted, generate_series(1, accounts) as a order by a;

insert into peoplegoal.app_user (id, account_id, entra_id, email, status, deactivated_at, created_at)
overriding system value
select id, account_id, entra_id, email, status, case when status = 'deactivated' then now() end, now() - interval '3 years'
from person order by id;

insert into peoplegoal.profile (
    user_id, account_id, first_name, last_name, display_name, job_title, department, company, office, city, country,
    mobile_phone, employee_id, employee_type, hire_date, preferred_language, manager_id, custom_fields
)
select
    id, account_id, split_part(name, ' ', 1), split_part(name, ' ', 2), name, 'Engineer ' || k % 40,
    'Department ' || k % 12, 'Contoso Ltd', 'Office ' || k % 9, 'London', 'United Kingdom', '+44 20 7946 ' || 1000 + k % 9000,
    'E' || k, 'Employee', date '2020-01-01' + k % 2000, 'en-GB',
    -- Of a hundred people one has no manager, and with that leads nobody who is left.
    case when k > 1 and k % 100 <> 99 then first + (k - 2) / 7 + 1 end,
    jsonb_build_object('cost_center', 'CC-' || k % 300)
from person inner join size using (account_id) order by id;

insert into peoplegoal.team (account_id, kind, entra_id, name)
select account_id, 'group', md5('team ' || account_id || ' ' || k)::uuid, 'Project ' || k
from size, generate_series(1, greatest(people / 20, 1)) as k order by account_id, k;

create temp table team as
select id, account_id, entra_id, name, row_number() over (partition by account_id order by id)::integer as k
from peoplegoal.team;
create index on team (account_id, k);
analyze team;

-- The first groups are the largest ones.
insert into peoplegoal.team_member (team_id, user_id, account_id)
select distinct team.id, done.id, account_id
from (
    select
        person.id, account_id,
        1 + floor(greatest(people / 20, 1) * ((k::bigint * 7919 + j * 104729) % 10007 / 10007.0) ^ 2)::integer as team_k
    from person inner join size using (account_id) cross join generate_series(1, 5) as j
    where status <> 'deactivated'
    offset 0 -- is made before teams are looked up
) as done
inner join team using (account_id)
where team.k = team_k;

-- What each run does: n counts the runs of its account from 0, changes are those of a later run.
create temp table night as
select
    i + 1 as run_id,
    (1 + i % accounts)::bigint as account_id,
    i / accounts as n,
    runs / accounts - 1 - i / accounts as age,
    case when i / accounts = 0 or i / accounts % 5 = 2 then 0 else per_run * 5 / 4 end as changes
from wanted cross join generate_series(0, runs - 1) as i
inner join size on size.account_id = 1 + i % accounts
cross join lateral (
    select greatest(20, (wanted.changes - 7 * wanted.people) * size.people / wanted.people / (runs / accounts)) as per_run
) as x;
analyze night;

insert into sync.decision (
    id, account_id, run_id, kind, fingerprint, items, population, over, status, asked_at, expires_at, answered_at, answered_by
)
overriding system value
select
    run_id, account_id, run_id, 'too_many_deactivations', md5(run_id::text), greatest(night.changes / 20, 1), people, 'percent: 5',
    case when age < 200 then 'open' else 'rejected' end, now() - age * interval '6 hours',
    now() + interval '7 days' - age * interval '6 hours',
    case when age >= 200 then now() - age * interval '6 hours' + interval '1 hour' end, case when age >= 200 then 'admin' end
from night inner join size using (account_id) where age % 200 = 1 and changes > 0;

insert into sync.change (run_id, seq, entity, action, user_id, team_id, entra_id, label, fields, status)
select
    account_id, row_number() over (partition by account_id order by part, one, other), entity, action, user_id, team_id,
    entra_id, label, fields, 'applied'
from (
    select account_id, 1 as part, id as one, 0 as other, 'user' as entity,
        case when k % 400 = 1 then 'link' else 'create' end as action, id as user_id,
        null::bigint as team_id, entra_id, name as label,
        jsonb_build_object('email', jsonb_build_array(null, email), 'status', '[null, "ready_to_invite"]'::jsonb) as fields
    from person
    union all
    select person.account_id, 2, person.id, 0, 'profile', case when person.k % 400 = 1 then 'update' else 'create' end, person.id, null, person.entra_id, name, jsonb_build_object(
        'display_name', jsonb_build_array(null, name), 'job_title', jsonb_build_array(null, job_title),
        'department', jsonb_build_array(null, department), 'city', jsonb_build_array(null, city),
        'manager', jsonb_build_array(null, boss.entra_id))
    from person inner join peoplegoal.profile on profile.user_id = person.id
    left join peoplegoal.app_user as boss on boss.id = profile.manager_id
    union all
    select account_id, 3, id, 0, 'team', 'create', null, id, entra_id, name, jsonb_build_object('name', jsonb_build_array(null, name))
    from team
    union all
    select member.account_id, 4, team.id, person.id, 'team_member', 'add', person.id, team.id, person.entra_id, person.name,
        jsonb_build_object('team', jsonb_build_array(null, team.name), 'role', '[null, "member"]'::jsonb)
    from peoplegoal.team_member as member inner join person on person.id = member.user_id inner join team on team.id = member.team_id
) as first_nights;

-- Of twenty changes of a later night ten are of profiles, six of memberships, the rest of users and teams.
insert into sync.change (run_id, seq, entity, action, user_id, team_id, entra_id, label, fields, status, decision_id)
select
    run_id, s, entity, action, case when entity <> 'team' then person.id end,
    case when entity in ('team', 'team_member') then team.id end,
    case when entity = 'team' then team.entra_id else person.entra_id end,
    case when entity = 'team' then team.name else person.name end,
    case
        when is_rejected then '{"reason": [null, "email_invalid"]}'
        when action = 'remove' then jsonb_build_object('team', jsonb_build_array(team.name, null), 'role', '["member", null]'::jsonb)
        when action = 'add' then jsonb_build_object('team', jsonb_build_array(null, team.name), 'role', '[null, "member"]'::jsonb)
        when entity = 'team' then '{"description": ["old", "new"]}'
        when action = 'deactivate' then '{"status": ["active", "deactivated"], "reason": [null, "disabled"]}'
        when entity = 'user' then jsonb_build_object('email', jsonb_build_array(null, person.email))
        when r = 9 then jsonb_build_object('manager', jsonb_build_array(null, person.entra_id))
        else '{"job_title": ["Engineer", "Senior Engineer"], "department": ["Sales", "Research"]}'
    end,
    case when is_held then 'held' when is_rejected then 'rejected' else 'applied' end,
    case when is_held then run_id end
from (
    select
        run_id, account_id, s, r,
        case when r < 10 or r = 18 then 'profile' when r < 15 then 'team_member' when r < 18 then 'user' else 'team' end
            as entity,
        case
            when r < 10 then 'update' when r < 13 then 'add' when r < 15 then 'remove' when r = 15 then 'update'
            when r = 16 then 'deactivate' when r in (17, 18) then 'create' else 'update'
        end as action,
        r = 16 and age % 200 = 1 as is_held,
        r = 15 and s % 40 > 20 as is_rejected,
        -- Who is new has a profile too.
        (1 + (run_id::bigint * 7919 + (s - (r = 18)::integer) * 104729) % people)::integer as person_k,
        (1 + (run_id::bigint * 31 + s * 7919) % greatest(people / 20, 1))::integer as team_k
    from night inner join size using (account_id)
    cross join generate_series(1, changes) as s cross join lateral (select s % 20 as r) as x
    offset 0 -- is made before people are looked up
) as done
inner join person using (account_id)
inner join team using (account_id)
where person.k = person_k and team.k = team_k;

-- A night finds what the nights before it have found: of a thousand people two; the newest one of a hundred four.
insert into sync.issue (run_id, seq, severity, step, code, entity, entra_id, label, field, message, hint)
select
    run_id, s, case when s % 9 = 0 then 'error' else 'warning' end, 'validate',
    (array['phone_invalid', 'manager_missing', 'email_invalid', 'date_invalid', 'manager_disabled'])[1 + s % 5], 'user',
    person.entra_id::text, person.name, case when s % 5 in (1, 4) then 'manager' else 'mobile_phone' end,
    'What stands there cannot be read.', 'Correct it in Entra.'
from night
inner join size on size.account_id = night.account_id
cross join generate_series(1, greatest(5, case when age = 0 then people / 25 else people / 500 end)) as s
inner join person on person.account_id = night.account_id and person.k = 1 + (s::bigint * 7919) % people;

insert into sync."check" (run_id, seq, code, tbl, field, severity, ok, rows, failed, expected, engine)
select run_id, s, 'phone_invalid', 'users', 'mobile_phone', 'warn', s % 20 <> 0, people, case when s % 20 = 0 then 5 else 0 end,
    'Looks like a telephone number', 'great_expectations'
from night inner join size using (account_id) cross join generate_series(1, 20) as s;

insert into sync.run (
    id, account_id, dag_id, dag_run_id, attempt, run_type, mode, status, as_of, started_at, finished_at, users_seen,
    users_created, users_updated, users_deactivated, users_held, users_rejected, teams_created, teams_updated,
    members_added, members_removed, errors, warnings, requests, checks_uri, day
)
overriding system value
select
    run_id, account_id, 'entra_sync_' || slug, 'scheduled__' || n, 1, 'scheduled', 'incremental',
    case
        when age % 200 = 1 and changes > 0 then 'held' when n = 0 then 'success' when changes = 0 then 'no_changes'
        when n % 97 = 0 then 'failed' else 'partial'
    end,
    moment, moment, moment + interval '50 seconds', people,
    coalesce(users_created, 0), coalesce(users_updated, 0), coalesce(users_deactivated, 0), coalesce(users_held, 0),
    coalesce(users_rejected, 0), coalesce(teams_created, 0), coalesce(teams_updated, 0),
    coalesce(members_added, 0), coalesce(members_removed, 0), coalesce(errors, 0), coalesce(warnings, 0), 40,
    case when account_id = 1 and age = 0 then 'kept' end, moment::date
from night
inner join size using (account_id)
inner join peoplegoal.account on account.id = night.account_id
cross join lateral (select now() - age * interval '6 hours' - account_id * interval '1 minute' as moment) as x
left join (
    select run_id,
        count(*) filter (where entity = 'user' and action = 'create') as users_created,
        count(*) filter (where entity = 'profile' and action = 'update') as users_updated,
        count(*) filter (where entity = 'user' and action = 'deactivate' and status = 'applied') as users_deactivated,
        count(*) filter (where entity = 'user' and status = 'held') as users_held,
        count(*) filter (where entity = 'user' and status = 'rejected') as users_rejected,
        count(*) filter (where entity = 'team' and action = 'create') as teams_created,
        count(*) filter (where entity = 'team' and action = 'update') as teams_updated,
        count(*) filter (where entity = 'team_member' and action = 'add') as members_added,
        count(*) filter (where entity = 'team_member' and action = 'remove') as members_removed
    from sync.change group by run_id
) as done using (run_id)
left join (
    select run_id, count(*) filter (where severity = 'error') as errors, count(*) filter (where severity = 'warning') as warnings
    from sync.issue group by run_id
) as found using (run_id)
order by run_id;

insert into sync.headcount (account_id, date, department, active, joiners, leavers, movers_in, movers_out)
select account_id, day::date, 'Department ' || d, size.people / departments + extract(day from day)::integer % 5, 1, 1, 1, 1
from size cross join wanted cross join lateral (select case when account_id = 1 then 200 else 12 end as departments) as x
cross join generate_series(1, departments) as d
cross join generate_series(now() - interval '6 hours' * (runs / accounts), now(), interval '1 day') as day;

insert into sync.forgotten (account_id, entra_id, asked_at, asked_by)
select account_id, md5('forgotten ' || id)::uuid, now(), 'admin' from person where k % 100 = 0;

insert into sync.account_state (account_id, applied_run_id, applied_as_of, snapshot_uri, config_fingerprint)
select account_id, max(id), now(), 'kept', 'kept' from sync.run group by account_id;
