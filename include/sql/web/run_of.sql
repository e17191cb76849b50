-- run_of: the newest attempt of a DAG run of an account.
select run.id
from sync.run as run
where run.account_id = %(account_id)s and run.dag_run_id = %(dag_run_id)s
order by run.attempt desc
limit 1;
