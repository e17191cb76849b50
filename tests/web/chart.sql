-- Four accounts whose charts differ, of 250,000 people; the k-th person of account a has the id 4 * (k - 1) + a.
-- 1, 100,000 people: everybody leads 8. 2, 100,000: nobody has a manager. 3, 40,000: one leads 20,000, 10,000 of whom lead
-- 2 each. 4, 10,000: 1,000 heads who lead 9.
set local session_replication_role = replica; -- foreign keys are kept by the formulas

insert into peoplegoal.account (slug, name)
select name, name from unnest(array['tree', 'flat', 'wide', 'heads']) with ordinality as a (name, n) order by n;

insert into peoplegoal.app_user (id, account_id, entra_id, status) overriding system value
select
    n,
    a,
    md5('p' || n)::uuid,
    -- Leavers: some of those who lead nobody, and in the first account three managers who are kept.
    case when k > size * 0.6 and k % 7 = 0 or a = 1 and k in (100, 200, 5000) then 'deactivated' else 'active' end
from (values (1, 100000), (2, 100000), (3, 40000), (4, 10000)) as s (a, size),
    generate_series(1, size) as k, lateral (select 4 * (k - 1) + a as n) as x
order by n;

insert into peoplegoal.profile (user_id, account_id, display_name, job_title, department, manager_id)
select id, account_id, 'Person ' || id, 'Engineer', 'Research', 4 * (boss - 1) + account_id
from peoplegoal.app_user, lateral (select (id - 1) / 4 + 1 as k) as x, lateral (
    select case account_id
        when 1 then case when k > 1 then (k + 6) / 8 end
        when 3 then case when k between 2 and 20001 then 1 when k > 20001 then 2 + k % 10000 end
        when 4 then case when k > 1000 then 1 + k % 1000 end
    end as boss
) as y;

insert into sync.run (account_id, dag_id, dag_run_id, attempt, run_type, mode, status, started_at, finished_at)
select 1 + n % 4, 'd', 'r' || n, 1, 'scheduled', 'full', 'success', t, t
from generate_series(1, 400) as n, lateral (select now() - (400 - n) / 4 * interval '1 day' as t) as x;

-- For a hundred nights the same 20 first people of each account, and 100 others.
insert into sync.issue (run_id, seq, severity, step, code, entity, entra_id, label, message)
select run.id, k, 'warning', 'validate', 'manager_missing', 'user', md5('p' || 4 * (k - 1) + account_id)::uuid::text, 'x', 'x'
from sync.run, generate_series(1, 10000) as k
where k <= 20 or k % 100 = 0;

insert into sync.account_state (account_id, applied_run_id, applied_as_of, snapshot_uri, config_fingerprint)
select account_id, max(id), now(), 'x', 'x' from sync.run group by account_id;

analyze;
