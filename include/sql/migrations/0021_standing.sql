-- 0021_standing: what of each night stands, for the chart of nights and the weekly summary.
create view sync.standing as
select
    run.id as run_id,
    run.account_id,
    run.status,
    run.mode_reason,
    run.started_at,
    run.finished_at,
    case when undone.run_id is null then run.users_created + run.users_reactivated else kept.joined end as joined,
    case when undone.run_id is null then run.users_deactivated else kept.departed end as departed,
    case when undone.run_id is null then run.users_updated else kept.people - kept.joined - kept.departed end as changed
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
where not run.dry_run and run.undoes is null;

comment on view sync.standing is 'Runs without dry runs and undos; whom each brought, lost and changed, as it stands';
