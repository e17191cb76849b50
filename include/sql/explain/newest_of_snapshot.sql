-- newest_of_snapshot: the last run of the account that loaded a snapshot: the one that read it, or a replay.
select (
    -- Newest first: the one that is meant is among the first.
    select run.id from sync.run as run
    where
        run.account_id = (
            select account.id from peoplegoal.account as account
            where account.slug = %(account)s
        )
        and run.snapshot_uri = %(snapshot_uri)s
    order by run.id desc
    limit 1
) as id;
