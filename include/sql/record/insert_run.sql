-- insert_run: the next attempt of a DAG run.
insert into sync.run (
    account_id, dag_id, dag_run_id, attempt, run_type, mode, dry_run, snapshot_uri, day, status
)
select
    %(account_id)s,
    %(dag_id)s,
    %(dag_run_id)s,
    coalesce(max(former.attempt), 0) + 1,
    %(run_type)s,
    %(mode)s,
    %(dry_run)s,
    %(snapshot_uri)s,
    %(day)s,
    'running'
from sync.run as former
where former.account_id = %(account_id)s and former.dag_run_id = %(dag_run_id)s
returning id;
