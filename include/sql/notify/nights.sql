-- nights: the newest closed runs that say how an account is, newest first. A replay says so only when it failed.
select
    run.id,
    run.status,
    run.error_code,
    run.error_step,
    run.error_message,
    run.started_at,
    run.finished_at
from sync.run as run
where
    run.account_id = %(account_id)s
    and run.finished_at is not null
    and not run.dry_run
    and run.undoes is null
    and run.run_type <> 'backfill'
    and (run.mode <> 'replay' or run.status = 'failed')
order by run.id desc
limit %(limit)s;
