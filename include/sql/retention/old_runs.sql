-- old_runs: closed runs that began before a time and keep their names still, oldest first: not the one that PeopleGoal
-- shows, and none whose question waits.
select run.id
from sync.run as run
where
    run.account_id = %(account_id)s
    and run.swept_at is null
    and run.finished_at is not null
    and run.started_at < %(before)s
    and not exists (
        select 1 from sync.account_state as state
        where state.account_id = %(account_id)s and state.applied_run_id = run.id
    )
    and not exists (
        select 1 from sync.decision as decision
        where decision.run_id = run.id and decision.status in ('open', 'approved')
    )
order by run.started_at, run.id
limit %(limit)s;
