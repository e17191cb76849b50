-- plan_changes: the plan as the rows of sync.change -> plan_change: people, profiles, teams, members; by name in each.
create temporary table plan_change on commit drop as
select
    setting.run_id,
    row_number() over (order by planned.place, planned.action, planned.label, planned.entra_id, planned.team_id)
        as seq,
    planned.entity,
    planned.action,
    planned.user_id,
    planned.team_id,
    planned.entra_id,
    planned.label,
    planned.fields,
    coalesce(planned.status, case when setting.dry_run then 'dry_run' else 'applied' end) as status,
    planned.decision_id
from (
    select
        1 as place,
        'user' as entity,
        case
            when person.action = 'rejected' and person.user_id is null then 'create'
            when person.action in ('keep', 'rejected') then 'update'
            else person.action
        end as action,
        person.user_id,
        null::bigint as team_id,
        person.entra_id,
        person.label,
        case person.action
            when 'create'
                then
                    jsonb_build_object(
                        'email', jsonb_build_array(null, person.new_email),
                        'status', jsonb_build_array(null, 'ready_to_invite')
                    )
            when 'link' then jsonb_build_object('entra_id', jsonb_build_array(null, person.entra_id))
            when 'reactivate'
                then
                    jsonb_build_object(
                        'status', jsonb_build_array('deactivated', 'ready_to_invite')
                    ) || case
                        when (person.new_email is not distinct from person.old_email) then '{}'
                        else jsonb_build_object('email', jsonb_build_array(person.old_email, person.new_email))
                    end
            when 'keep' then jsonb_build_object('email', jsonb_build_array(person.old_email, person.new_email))
            when 'deactivate'
                then
                    jsonb_build_object(
                        'status', jsonb_build_array(person.old_status, 'deactivated'),
                        'reason', jsonb_build_array(
                            null,
                            case person.state
                                when 'absent' then 'deleted'
                                when 'disabled' then 'disabled'
                                else concat_ws(':', 'out_of_scope', person.reason)
                            end
                        )
                    )
            else jsonb_build_object('reason', jsonb_build_array(null, person.reason))
        end as fields,
        case
            when person.action = 'rejected' then 'rejected'
            when person.hold is not null then 'held'
        end as status,
        person.decision_id
    from plan_user as person
    where
        person.action in ('create', 'link', 'reactivate', 'deactivate', 'rejected')
        or (person.action = 'keep' and person.new_email is distinct from person.old_email)
    union all
    select
        2 as place,
        'profile' as entity,
        case when profile.is_new then 'create' else 'update' end as action,
        person.user_id,
        null::bigint as team_id,
        profile.entra_id,
        profile.label,
        coalesce(profile.fields, '{}') as fields,
        null as status,
        null::bigint as decision_id
    from plan_profile as profile
    inner join plan_user as person on profile.entra_id = person.entra_id
    where profile.is_new or profile.fields is not null
    union all
    select
        3 as place,
        'team' as entity,
        team.action,
        null::bigint as user_id,
        team.team_id,
        team.entra_id,
        team.name as label,
        case team.action
            when 'archive' then jsonb_build_object('status', jsonb_build_array('active', 'archived'))
            when 'reactivate' then jsonb_build_object('status', jsonb_build_array('archived', 'active'))
            else '{}'
        end || team.fields as fields,
        null as status,
        null::bigint as decision_id
    from plan_team as team
    where team.action <> 'keep'
    union all
    select
        4 as place,
        'team_member' as entity,
        member.action,
        coalesce(member.user_id, person.user_id) as user_id,
        team.team_id,
        member.entra_id,
        member.label,
        jsonb_build_object('role', jsonb_build_array(member.old_role, member.new_role))
        || case member.action
            when 'add' then jsonb_build_object('team', jsonb_build_array(null, team.name))
            when 'remove' then jsonb_build_object('team', jsonb_build_array(team.name, null))
            else '{}'
        end as fields,
        case when member.hold is not null then 'held' end as status,
        member.decision_id
    from plan_member as member
    inner join plan_team as team on member.team_key = team.team_key
    left join plan_user as person on member.entra_id = person.entra_id
) as planned
cross join stage_setting as setting;
