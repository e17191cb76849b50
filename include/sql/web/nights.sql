-- nights: what the runs of some accounts did, day by day in a time zone; dry runs and undone work are not counted.
select
    (started_at at time zone %(zone)s)::date as night,
    count(*) as runs,
    sum(joined) as joiners,
    sum(departed) as leavers,
    sum(changed) as changed,
    count(*) filter (where status = 'failed') as failed
from sync.standing
where account_id = any(%(account_ids)s) and started_at >= %(since)s
group by night
order by night;
