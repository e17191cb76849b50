-- progress: how far the newest runs of an account are: those at work, or the one asked for.
select
    run.id,
    run.dag_run_id,
    run.status,
    run.requests,
    run.users_seen,
    run.finished_at is not null as finished
from sync.run as run
where
    run.account_id = %(account_id)s
    and (%(dag_run_id)s::text is null or run.dag_run_id = %(dag_run_id)s)
order by run.id desc
limit 1;
