-- snapshots_of_day: what runs of that day read, newest first; runs of older releases have no day but their time.
select
    run.id as run_id,
    run.snapshot_uri
from sync.run as run
where
    run.account_id = %(account_id)s
    and run.mode <> 'replay'
    and run.snapshot_uri is not null
    and coalesce(run.day, (coalesce(run.as_of, run.started_at) at time zone %(timezone)s)::date) = %(day)s
order by run.id desc;
