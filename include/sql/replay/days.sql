-- days: days of which something was read, those nearest to the one that was asked for.
select day
from (
    select distinct coalesce(run.day, (coalesce(run.as_of, run.started_at) at time zone %(timezone)s)::date) as day
    from sync.run as run
    where run.account_id = %(account_id)s and run.mode <> 'replay' and run.snapshot_uri is not null
) as known
order by abs(day - %(day)s), day
limit 5;
