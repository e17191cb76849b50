-- 0011_run_count: a run's counters, counted in a way whose plan knows of which run: counting a run that changed nothing
-- read the whole of sync.change.
create or replace view sync.run_count as
with judged as (
    select
        run_id,
        entity,
        action,
        status,
        entra_id,
        team_id,
        status in ('applied', 'dry_run', 'reverted') as does
    from sync.change
),

changed as (
    select
        change.run_id,
        count(*) filter (where change.entity = 'user' and change.action = 'create' and does) as users_created,
        count(*) filter (where change.entity = 'user' and change.action = 'reactivate' and does) as users_reactivated,
        count(*) filter (where change.entity = 'user' and change.action = 'deactivate' and does) as users_deactivated,
        count(*) filter (where change.entity = 'user' and change.status = 'held') as users_held,
        count(*) filter (where change.entity = 'user' and change.status = 'rejected') as users_rejected,
        count(*) filter (where change.entity = 'team' and change.action = 'create' and does) as teams_created,
        count(*) filter (where change.entity = 'team' and change.action = 'archive' and does) as teams_archived,
        count(*) filter (where change.entity = 'team_member' and change.action = 'add' and does) as members_added,
        count(*) filter (where change.entity = 'team_member' and change.action = 'remove' and does)
            as members_removed,
        -- Somebody who was created or reactivated as well has a user row that says so, and counts there only.
        count(distinct change.entra_id) filter (
            where does and (change.entity = 'user' or change.entity = 'profile')
        ) - count(distinct change.entra_id) filter (
            where does and change.entity = 'user' and change.action in ('create', 'reactivate', 'deactivate')
        ) as users_updated,
        -- A member whose role changed is a change of the team.
        count(distinct change.team_id) filter (
            where does and (
                (change.entity = 'team' and change.action in ('update', 'reactivate'))
                or (change.entity = 'team_member' and change.action = 'update')
            )
        ) as teams_updated
    from judged as change
    group by change.run_id
),

found as (
    select
        issue.run_id,
        count(*) filter (where issue.severity = 'error') as errors,
        count(*) filter (where issue.severity = 'warning') as warnings
    from sync.issue as issue
    group by issue.run_id
)

select
    run.id as run_id,
    coalesce(changed.users_created, 0) as users_created,
    coalesce(changed.users_updated, 0) as users_updated,
    coalesce(changed.users_reactivated, 0) as users_reactivated,
    coalesce(changed.users_deactivated, 0) as users_deactivated,
    coalesce(changed.users_held, 0) as users_held,
    coalesce(changed.users_rejected, 0) as users_rejected,
    coalesce(changed.teams_created, 0) as teams_created,
    coalesce(changed.teams_updated, 0) as teams_updated,
    coalesce(changed.teams_archived, 0) as teams_archived,
    coalesce(changed.members_added, 0) as members_added,
    coalesce(changed.members_removed, 0) as members_removed,
    coalesce(found.errors, 0) as errors,
    coalesce(found.warnings, 0) as warnings
from sync.run as run
left join changed on run.id = changed.run_id
left join found on run.id = found.run_id;
