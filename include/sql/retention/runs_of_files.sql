-- runs_of_files: of the runs of an account that have files, when they began and whether they are closed.
select
    run.id,
    run.started_at,
    run.finished_at is not null as is_closed
from sync.run as run
where run.account_id = %(account_id)s and run.id = any(%(runs)s::bigint[]);
