-- Tables of a size at which PostgreSQL chooses as it would for an old installation: 4 accounts, 6,000 nights, 40,000
-- people, 240,000 changes, 60,000 issues; one night that is large, as the first one is. Beside them 2,000 teams of 80,000
-- members, 2,400 questions, 120,000 checks, 90 departments on each of 1,500 days, 4,000 people who are forgotten.
insert into peoplegoal.account (slug, name)
select 'account-' || n, 'Account ' || n from generate_series(1, 4) as n;

insert into peoplegoal.app_user (account_id, entra_id, email, status)
select 1 + n % 4, md5('p' || n)::uuid, 'p' || n || '@example.com',
    (array['active', 'active', 'active', 'active', 'active', 'active', 'active', 'invited', 'ready_to_invite', 'deactivated'])
    [1 + n / 4 % 10]
from generate_series(1, 40000) as n;

insert into peoplegoal.profile (user_id, account_id, display_name, manager_id)
select id, account_id, 'Person ' || id,
    case when id > 40 then (select min(id) from peoplegoal.app_user as boss where boss.account_id = app_user.account_id)
        + 4 * (id / 40) end
from peoplegoal.app_user;

insert into sync.run (
    account_id, dag_id, dag_run_id, attempt, run_type, mode, status, started_at, finished_at, snapshot_uri
)
select 1 + n % 4, 'd', 'r' || n, 1, 'scheduled', 'incremental', case when n % 50 = 0 then 'failed' else 'success' end,
    t, t + interval '1 minute', '/store/landing/account/' || n
from generate_series(1, 6000) as n, lateral (select now() - (6000 - n) / 4 * interval '1 day' as t) as x;

insert into sync.change (run_id, seq, entity, action, user_id, entra_id, label, fields, status)
select case when n <= 120000 then 1 else 1 + n % 6000 end, n,
    case when n <= 120000 then (array['user', 'profile', 'team_member'])[1 + n / 40000] else 'profile' end,
    case when n <= 40000 or n between 40000 and 79999 then 'create' when n <= 120000 then 'add' else 'update' end,
    1 + n % 40000, md5('p' || 1 + n % 40000)::uuid, 'Person ' || n % 40000, '{"job_title": ["a", "b"]}', 'applied'
from generate_series(1, 239999) as n where n <> 120000;

insert into sync.issue (run_id, seq, severity, step, code, entity, entra_id, label, message)
select 1 + n % 6000, n, 'warning', 'validate', (array['manager_cycle', 'phone_invalid'])[1 + n % 2], 'user',
    md5('p' || 1 + n % 40000)::uuid::text, 'Person ' || n, 'found'
from generate_series(1, 60000) as n;

insert into peoplegoal.team (account_id, kind, entra_id, name)
select 1 + n % 4, 'group', md5('t' || n)::uuid, 'Team ' || n from generate_series(1, 2000) as n;

insert into peoplegoal.team_member (team_id, user_id, account_id)
select team.id, app_user.id, app_user.account_id
from peoplegoal.app_user, generate_series(0, 1) as j, peoplegoal.team
where team.id = 1 + (app_user.id - 1 + 400 * j) % 2000 and team.account_id = app_user.account_id;

-- A question in every second to third night; the newest one of each account waits.
insert into sync.decision (account_id, run_id, kind, fingerprint, items, population, over, status, asked_at, expires_at)
select account_id, id, 'too_many_deactivations', 'x', 5, 100, 'percent: 5', case when id > 5990 then 'open' else 'rejected' end,
    started_at, started_at + interval '14 days'
from sync.run where id % 10 in (1, 2, 3, 4) order by id;

-- Five people wait for each.
update sync.change set decision_id = decision.id, status = 'held'
from sync.decision
where decision.run_id = change.run_id and change.run_id > 1 and change.seq % 8 = 0;

insert into sync."check" (run_id, seq, code, tbl, severity, ok, rows, failed, expected, engine)
select id, n, 'phone_invalid', 'users', 'warn', true, 9, 0, 'x', 'great_expectations'
from sync.run, generate_series(1, 20) as n;

insert into sync.headcount (account_id, date, department, active, joiners, leavers, movers_in, movers_out)
select a, now()::date - n, 'Department ' || d, 9, 0, 0, 0, 0
from generate_series(1, 4) as a, generate_series(0, 1499) as n, generate_series(1, 90) as d;

insert into sync.forgotten (account_id, entra_id, asked_at, asked_by)
select 1 + n % 4, md5('f' || n)::uuid, now(), 'admin' from generate_series(1, 4000) as n;

insert into sync.account_state (account_id, applied_run_id, applied_as_of, snapshot_uri, config_fingerprint)
select account_id, max(id), now(), 'x', 'x' from sync.run group by account_id;

analyze;
