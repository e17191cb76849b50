-- nights: what the runs of some accounts did, day by day in a time zone; dry runs and undone work are not counted.
select
    (run.started_at at time zone %(zone)s)::date as night,
    count(*) as runs,
    sum(case when undone.run_id is null then run.users_created + run.users_reactivated else kept.joiners end)
        as joiners,
    sum(case when undone.run_id is null then run.users_deactivated else kept.leavers end) as leavers,
    sum(case when undone.run_id is null then run.users_updated else kept.people - kept.joiners - kept.leavers end)
        as changed,
    count(*) filter (where run.status = 'failed') as failed
from sync.run as run
-- An undo's own counters tell of the same people once more: what it left standing says how its run is counted.
left join lateral (
    select min(undo.undoes) as run_id
    from sync.run as undo
    where undo.undoes = run.id
) as undone on true
left join lateral (
    select
        count(*) filter (where change.entity = 'user' and change.action in ('create', 'reactivate')) as joiners,
        count(*) filter (where change.entity = 'user' and change.action = 'deactivate') as leavers,
        count(distinct change.entra_id) as people
    from sync.change as change
    where
        change.run_id = undone.run_id
        and change.entity in ('user', 'profile')
        and change.status = 'applied'
) as kept on true
where
    run.account_id = any(%(account_ids)s)
    and run.started_at >= %(since)s
    and not run.dry_run
    and run.undoes is null
group by night
order by night;
