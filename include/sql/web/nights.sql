-- nights: what the runs of some accounts did, day by day in a time zone; dry runs and undone work are not counted.
select
    (run.started_at at time zone %(zone)s)::date as night,
    count(*) as runs,
    sum(run.users_created + run.users_reactivated) as joiners,
    sum(run.users_deactivated) as leavers,
    sum(run.users_updated) as changed,
    count(*) filter (where run.status = 'failed') as failed
from sync.run as run
where
    run.account_id = any(%(account_ids)s)
    and run.started_at >= %(since)s
    and not run.dry_run
group by night
order by night;
