-- nights: of each account the newest closed runs that say how it is, newest first. A replay says so only when it failed.
select
    account.id as account_id,
    night.id,
    night.status,
    night.error_code,
    night.error_step,
    night.error_message,
    night.started_at,
    night.finished_at
from unnest(%(account_ids)s::bigint []) as account (id)
cross join lateral (
    select run.*
    from sync.run as run
    where
        run.account_id = account.id
        and run.finished_at is not null
        and not run.dry_run
        and run.undoes is null
        and run.run_type <> 'backfill'
        and (run.mode <> 'replay' or run.status = 'failed')
    order by run.id desc
    limit %(limit)s
) as night
order by account.id asc, night.id desc;
