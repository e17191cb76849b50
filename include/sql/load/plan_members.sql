-- plan_members: staged memberships against those of the database -> plan_member, one row per difference.
create temporary table plan_member on commit drop as
with wanted as (
    select
        team.kind || ':' || team.entra_id as team_key,
        member.user_entra_id as entra_id,
        -- Of two roles the higher one: 'lead' sorts before 'member'. Where a group's lead stays although the directory
        -- does not name them tonight, so does their role.
        min(
            case
                when not setting.group_leads_owned or team.kind <> 'group' then member.role
                when led.lead_entra_id = member.user_entra_id then 'lead'
                else 'member'
            end
        ) as role
    from stage_team_member as member
    cross join stage_setting as setting
    inner join stage_team as team on member.team_key = team.key
    inner join plan_team as led on team.kind = led.kind and team.entra_id = led.entra_id
    inner join plan_user as planned on member.user_entra_id = planned.entra_id
    where planned.is_active
    group by team.kind, team.entra_id, member.user_entra_id
),

-- Members without an object id were chosen in PeopleGoal, and stay.
present as (
    select
        team.team_key,
        coalesce(planned.entra_id, app_user.entra_id) as entra_id,
        member.role,
        member.user_id,
        coalesce(planned.label, profile.display_name, app_user.entra_id::text) as label,
        coalesce(planned.action = 'deactivate' and planned.hold is null, false) as is_leaver,
        stays.user_id is not null
        or (team.is_sheltered and (member.role = 'lead' or kept.manager_entra_id is not distinct from team.entra_id))
            as is_left_alone
    from peoplegoal.team_member as member
    inner join plan_team as team on member.team_id = team.team_id
    inner join peoplegoal.app_user as app_user on member.user_id = app_user.id
    left join peoplegoal.profile as profile on app_user.id = profile.user_id
    left join plan_user as planned on app_user.id = planned.user_id
    left join plan_left_alone as stays on app_user.id = stays.user_id
    left join plan_kept_manager as kept on app_user.id = kept.user_id and not kept.is_circle
    where app_user.entra_id is not null or planned.entra_id is not null
)

select
    team.team_key,
    team.action as team_action,
    coalesce(wanted.entra_id, present.entra_id) as entra_id,
    coalesce(planned.label, present.label) as label,
    present.user_id,
    present.role as old_role,
    wanted.role as new_role,
    coalesce(present.is_leaver, false) as is_leaver,
    case
        when present.role is null then 'add'
        when wanted.role is null then 'remove'
        else 'update'
    end as action,
    null::text as hold,
    null::bigint as decision_id
from wanted
full join present on wanted.team_key = present.team_key and wanted.entra_id = present.entra_id
inner join plan_team as team on coalesce(wanted.team_key, present.team_key) = team.team_key
cross join stage_setting as setting
left join plan_user as planned on wanted.entra_id = planned.entra_id
where
    wanted.role is distinct from present.role
    and (
        wanted.role is not null
        or (setting.may_leave and (team.action = 'archive' or not present.is_left_alone))
    );

analyze plan_member;
