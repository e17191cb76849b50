-- lease_holder: the live lease of an account, and the run that holds it.
select
    lease.run_id,
    lease.holder,
    run.dag_run_id
from sync.lease as lease
inner join sync.run as run on lease.run_id = run.id
where lease.account_id = %(account_id)s and lease.expires_at > clock_timestamp();
