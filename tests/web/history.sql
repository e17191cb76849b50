-- Tables of a size at which PostgreSQL chooses as it would for an old installation: 4 accounts, 6,000 nights, 40,000
-- people, 240,000 changes, 60,000 issues; one night that is large, as the first one is.
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

insert into sync.run (account_id, dag_id, dag_run_id, attempt, run_type, mode, status, started_at, finished_at)
select 1 + n % 4, 'd', 'r' || n, 1, 'scheduled', 'incremental', case when n % 50 = 0 then 'failed' else 'success' end,
    t, t + interval '1 minute'
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

insert into sync.account_state (account_id, applied_run_id, applied_as_of, snapshot_uri, config_fingerprint)
select account_id, max(id), now(), 'x', 'x' from sync.run group by account_id;

analyze;
