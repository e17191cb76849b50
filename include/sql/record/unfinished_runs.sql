-- unfinished_runs: runs of an account that were never closed, other than the given one.
select
    id,
    status,
    error_class
from sync.run
where account_id = %(account_id)s and finished_at is null and id <> %(run_id)s
order by id;
