-- history: the newest runs, of one account or of all.
select
    run.*,
    account.slug as account,
    account.name as account_name
from sync.run as run
inner join peoplegoal.account as account on run.account_id = account.id
where %(account)s::text is null or account.slug = %(account)s
order by run.id desc
limit %(limit)s;
