-- newest_attempt: id of the newest attempt of an account's DAG run.
select run.id
from sync.run as run
inner join peoplegoal.account as account on run.account_id = account.id
where account.slug = %(account)s and run.dag_run_id = %(dag_run_id)s
order by run.attempt desc
limit 1;
