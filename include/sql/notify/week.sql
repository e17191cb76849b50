-- week: the runs of an account that began in a span of time, together; undone work is not counted.
select
    count(*) filter (where run.status <> 'failed') as good,
    count(*) filter (where run.status = 'failed') as failed,
    coalesce(
        sum(case when undone.run_id is null then run.users_created + run.users_reactivated else kept.joined end), 0
    )::bigint as joined,
    coalesce(sum(case when undone.run_id is null then run.users_deactivated else kept.departed end), 0)::bigint
        as departed,
    coalesce(
        sum(case when undone.run_id is null then run.users_updated else kept.people - kept.joined - kept.departed end),
        0
    )::bigint as changed
from sync.run as run
-- An undo's own counters tell of the same people once more: what it left standing says how its run is counted.
left join lateral (
    select min(undo.undoes) as run_id
    from sync.run as undo
    where undo.undoes = run.id
) as undone on true
left join lateral (
    select
        count(*) filter (where change.entity = 'user' and change.action in ('create', 'reactivate')) as joined,
        count(*) filter (where change.entity = 'user' and change.action = 'deactivate') as departed,
        count(distinct change.entra_id) as people
    from sync.change as change
    where
        change.run_id = undone.run_id
        and change.entity in ('user', 'profile')
        and change.status = 'applied'
) as kept on true
where
    run.account_id = %(account_id)s
    and run.started_at >= %(since)s
    and run.started_at < %(until)s
    and run.finished_at is not null
    and not run.dry_run
    and run.undoes is null
    and run.mode_reason is distinct from 'forget';
