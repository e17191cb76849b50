-- nights: of each account the newest closed runs that say how it is, newest first; a replay only when it failed,
-- an erasure never.
with wanted as (
    select *
    from unnest(%(account_ids)s::bigint[]) as one (account_id)
)

select
    night.account_id,
    night.id,
    night.status,
    night.error_code,
    night.error_step,
    night.error_message,
    night.started_at,
    night.finished_at
from wanted
inner join lateral (
    select run.*
    from sync.run as run
    where
        run.account_id = wanted.account_id
        and run.finished_at is not null
        and not run.dry_run
        and run.undoes is null
        and run.run_type <> 'backfill'
        and (run.mode <> 'replay' or run.status = 'failed')
        and run.mode_reason is distinct from 'forget'
    order by run.id desc
    limit %(limit)s
) as night on true
order by night.account_id asc, night.id desc;
