-- run: one attempt, by id.
select
    run.*,
    account.slug as account,
    account.name as account_name
from sync.run as run
inner join peoplegoal.account as account on run.account_id = account.id
where run.id = %(run_id)s;
