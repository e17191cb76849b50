-- shown: the snapshot that the account shows now, and the day of the run that read it.
select
    state.snapshot_uri,
    coalesce(run.day, (state.applied_as_of at time zone %(timezone)s)::date) as day
from sync.account_state as state
left join lateral (
    select reader.day from sync.run as reader
    where
        reader.account_id = state.account_id
        and reader.snapshot_uri = state.snapshot_uri
        and reader.mode <> 'replay'
    order by reader.id
    limit 1
) as run on true
where state.account_id = %(account_id)s;
