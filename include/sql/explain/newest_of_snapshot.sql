-- newest_of_snapshot: the last run of the account that loaded a snapshot: the one that read it, or a replay.
select max(run.id) as id
from sync.run as run
inner join peoplegoal.account as account on run.account_id = account.id
where account.slug = %(account)s and run.snapshot_uri = %(snapshot_uri)s;
