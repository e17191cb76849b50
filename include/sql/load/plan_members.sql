-- plan_members: staged memberships against those of the database -> plan_member, one row per difference. Most are the
-- same as yesterday: they are compared by numbers alone.
create temporary table plan_member on commit drop as
-- What is not in the database yet has a number below zero.
with team as (
    select
        plan_team.*,
        coalesce(plan_team.team_id, -row_number() over ()) as number
    from plan_team
),

person as (
    select
        entra_id,
        label,
        is_active,
        action = 'deactivate' and hold is null as is_leaver,
        coalesce(user_id, -row_number() over ()) as number
    from plan_user
),

staged_team as (
    select
        staged.number as staged_number,
        team.number,
        team.kind,
        team.lead_entra_id
    from stage_team as staged
    inner join team on staged.kind = team.kind and staged.entra_id = team.entra_id
),

staged_person as (
    select
        staged.number as staged_number,
        person.number,
        person.entra_id
    from stage_person as staged
    inner join person on staged.entra_id = person.entra_id
    where person.is_active
),

wanted as (
    select
        team.number as team_number,
        person.number as user_number,
        -- Who leads a group is PeopleGoal's own where the directory is not asked.
        not setting.group_leads_owned and team.kind = 'group' as keeps_role,
        -- Where a group's lead stays although the directory does not name them tonight, so does their role.
        case
            when not setting.group_leads_owned or team.kind <> 'group' then member.role
            when team.lead_entra_id = person.entra_id then 'lead'
            else 'member'
        end as role
    from stage_team_member as member
    cross join stage_setting as setting
    inner join staged_team as team on member.team_number = team.staged_number
    inner join staged_person as person on member.person_number = person.staged_number
),

present as (
    select
        member.team_id as team_number,
        member.user_id as user_number,
        member.role
    from peoplegoal.team_member as member
    cross join stage_setting as setting
    where member.account_id = setting.account_id
),

paired as (
    select
        present.role as old_role,
        case when wanted.keeps_role and present.role is not null then present.role else wanted.role end as new_role,
        coalesce(wanted.team_number, present.team_number) as team_number,
        coalesce(wanted.user_number, present.user_number) as user_number
    from wanted
    full join present on wanted.team_number = present.team_number and wanted.user_number = present.user_number
),

difference as (
    select * from paired
    where new_role is distinct from old_role
)

select
    team.team_key,
    team.action as team_action,
    coalesce(person.entra_id, app_user.entra_id) as entra_id,
    coalesce(person.label, profile.display_name, app_user.entra_id::text) as label,
    case when difference.old_role is not null then difference.user_number end as user_id,
    difference.old_role,
    difference.new_role,
    coalesce(person.is_leaver, false) and difference.old_role is not null as is_leaver,
    case
        when difference.old_role is null then 'add'
        when difference.new_role is null then 'remove'
        else 'update'
    end as action,
    null::text as hold,
    null::bigint as decision_id
from difference
cross join stage_setting as setting
inner join team on difference.team_number = team.number
left join person on difference.user_number = person.number
left join peoplegoal.app_user as app_user
    on difference.user_number = app_user.id and setting.account_id = app_user.account_id
left join peoplegoal.profile as profile on app_user.id = profile.user_id
left join plan_left_alone as stays on difference.user_number = stays.user_id
left join plan_kept_manager as kept on difference.user_number = kept.user_id and not kept.is_circle
where
    -- Members without an object id were chosen in PeopleGoal, and stay.
    coalesce(person.entra_id, app_user.entra_id) is not null
    and (
        difference.new_role is not null
        or (
            setting.may_leave
            and (
                team.action = 'archive'
                or not (
                    stays.user_id is not null
                    or (
                        team.is_sheltered
                        and (
                            (difference.old_role = 'lead' and person.is_leaver is distinct from true)
                            or kept.manager_entra_id is not distinct from team.entra_id
                        )
                    )
                )
            )
        )
    );

analyze plan_member;
