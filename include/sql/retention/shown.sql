-- shown: the run and the snapshot that PeopleGoal shows of an account, and the day of its curated tables.
select
    state.applied_run_id as run_id,
    state.snapshot_uri,
    run.day
from sync.account_state as state
inner join sync.run as run on state.applied_run_id = run.id
where state.account_id = %(account_id)s;
