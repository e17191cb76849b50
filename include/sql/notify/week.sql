-- week: the runs of an account that began in a span of time, together.
select
    count(*) filter (where run.status <> 'failed') as good,
    count(*) filter (where run.status = 'failed') as failed,
    coalesce(sum(run.users_created + run.users_reactivated), 0)::bigint as joined,
    coalesce(sum(run.users_deactivated), 0)::bigint as departed,
    coalesce(sum(run.users_updated), 0)::bigint as changed
from sync.run as run
where
    run.account_id = %(account_id)s
    and run.started_at >= %(since)s
    and run.started_at < %(until)s
    and run.finished_at is not null
    and not run.dry_run;
