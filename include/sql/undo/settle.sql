-- settle: what of undo_value cannot go back after all: with the user as a whole, or because its old value is not there.
update undo_value
set verdict = undo_user.verdict
from undo_user
where
    undo_value.entity = 'user'
    and undo_value.user_id = undo_user.user_id
    and undo_value.verdict = 'back'
    and undo_value.name in ('status', 'email')
    and undo_user.verdict <> 'back';

-- An object id that another user has by now.
update undo_value
set verdict = 'gone'
from peoplegoal.app_user as app_user, undo_setting as setting
where
    undo_value.entity = 'user'
    and undo_value.name = 'entra_id'
    and undo_value.verdict = 'back'
    and app_user.account_id = setting.account_id
    and app_user.entra_id = case when undo_value.name = 'entra_id' then (undo_value.was #>> '{}')::uuid end
    and app_user.id <> undo_value.user_id;

-- A manager, lead or member who is not there, or has left; a team that is archived. Somebody who has left, and a team
-- that is archived, get back whom they had.
with asked as (
    select
        undo_value.seq,
        undo_value.name,
        undo_value.entity,
        undo_value.team_id,
        case undo_value.entity when 'team_member' then undo_value.user_id else (undo_value.was #>> '{}')::bigint end
            as needs_user_id,
        case undo_value.entity when 'profile' then undo_value.user_id end as of_user_id
    from undo_value
    where
        undo_value.verdict = 'back'
        and (
            (undo_value.name in ('manager', 'lead') and undo_value.old <> 'null')
            or (undo_value.entity = 'team_member' and undo_value.new = 'null')
        )
),

found as (
    select
        asked.seq,
        asked.name,
        asked.entity,
        needed.id as needs_user_id,
        coalesce(needed_next.next_status, needed.status, 'deactivated') <> 'deactivated' as is_active,
        coalesce(owner_next.next_status, owner.status, 'active') <> 'deactivated'
        and coalesce(team_next.was #>> '{}', team.status, 'active') <> 'archived' as is_wanted,
        coalesce(team_next.was #>> '{}', team.status) = 'active' as is_team_active
    from asked
    cross join undo_setting as setting
    left join peoplegoal.app_user as needed
        on asked.needs_user_id = needed.id and needed.account_id = setting.account_id
    left join undo_user as needed_next on needed.id = needed_next.user_id
    left join peoplegoal.app_user as owner
        on asked.of_user_id = owner.id and owner.account_id = setting.account_id
    left join undo_user as owner_next on owner.id = owner_next.user_id
    left join peoplegoal.team as team on asked.team_id = team.id and team.account_id = setting.account_id
    left join undo_value as team_next
        on
            asked.team_id = team_next.team_id
            and team_next.entity = 'team'
            and team_next.name = 'status'
            and team_next.verdict = 'back'
)

update undo_value
set verdict = 'gone'
from found
where
    undo_value.seq = found.seq
    and undo_value.name = found.name
    and (
        found.needs_user_id is null
        or (found.entity = 'team_member' and not (found.is_active and coalesce(found.is_team_active, false)))
        or (found.entity <> 'team_member' and found.is_wanted and not found.is_active)
    );
