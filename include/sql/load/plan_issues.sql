-- plan_issues: what the plan withholds or could not do -> stage_issue, behind the findings of the earlier steps.
insert into stage_issue (severity, step, code, entity, entra_id, label, field, message, hint)
select
    code.severity,
    code.step,
    code.code,
    found.entity,
    found.entra_id,
    found.label,
    found.field,
    found.message,
    code.hint
from (
    select
        1 as place,
        'snapshot_empty' as code,
        'snapshot' as entity,
        null as entra_id,
        null as label,
        null as field,
        'The snapshot has nobody, PeopleGoal has ' || setting.population
        || ' people: nobody leaves, no team is archived, no member removed.' as message
    from stage_setting as setting
    where setting.is_empty
    union all
    select
        1 as place,
        'groups_empty' as code,
        'snapshot' as entity,
        null as entra_id,
        null as label,
        null as field,
        'The snapshot has no group, PeopleGoal has teams from groups: none of them is archived.' as message
    from stage_setting as setting
    where setting.no_groups and not setting.is_empty
    union all
    select
        2 as place,
        'snapshot_incomplete' as code,
        'snapshot' as entity,
        null as entra_id,
        null as label,
        null as field,
        'The snapshot is not complete' || coalesce(' (' || setting.gaps || ')', '')
        || ': people were updated, but nobody leaves, no team is archived, no member removed.' as message
    from stage_setting as setting
    where not setting.complete
    union all
    select
        3 as place,
        'email_conflict' as code,
        'user' as entity,
        planned.entra_id::text as entra_id,
        planned.label,
        'email' as field,
        planned.hold_reason as message
    from plan_user as planned
    where planned.hold = 'email_conflict'
    union all
    select
        4 as place,
        'protected' as code,
        'user' as entity,
        planned.entra_id::text as entra_id,
        planned.label,
        'status' as field,
        'The person would be deactivated (' || coalesce(planned.reason, planned.state) || '), but is protected.'
            as message
    from plan_user as planned
    where planned.hold = 'protected'
    union all
    select
        4 as place,
        'leaving_soon' as code,
        'user' as entity,
        planned.entra_id::text as entra_id,
        planned.label,
        'status' as field,
        'The person is to leave ('
        || case planned.state when 'absent' then 'deleted' else concat_ws(': ', planned.state, planned.reason) end
        || ') and stays until ' || to_char(planned.leaves_at at time zone 'UTC', 'YYYY-MM-DD') || '.' as message
    from plan_user as planned
    where planned.action = 'wait'
    union all
    select
        4 as place,
        'manager_cycle' as code,
        'profile' as entity,
        kept.entra_id::text as entra_id,
        planned.label,
        'manager' as field,
        'The manager ' || kept.manager_entra_id || ', kept for want of another, would close a circle: left out.'
            as message
    from plan_kept_manager as kept
    inner join plan_user as planned on kept.user_id = planned.user_id
    where kept.is_circle
    union all
    select
        5 as place,
        'rehire_candidate' as code,
        'user' as entity,
        planned.entra_id::text as entra_id,
        planned.label,
        'employee_id' as field,
        'The same employee id is that of a former user: ' || string_agg(former.entra_id::text, ', ' order by former.id)
        || '.' as message
    from plan_user as planned
    cross join stage_setting as setting
    inner join stage_profile as staged on planned.entra_id = staged.entra_id
    inner join peoplegoal.profile as profile
        on staged.employee_id = profile.employee_id and profile.account_id = setting.account_id
    inner join peoplegoal.app_user as former on profile.user_id = former.id and former.entra_id <> planned.entra_id
    left join plan_user as leaver on former.id = leaver.user_id
    where
        planned.action = 'create'
        and planned.hold is null
        and (
            (former.status = 'deactivated' and leaver.action is distinct from 'reactivate')
            or (leaver.action = 'deactivate' and leaver.hold is null)
        )
    group by planned.entra_id, planned.label
    union all
    select
        6 as place,
        'manager_not_linked' as code,
        'profile' as entity,
        profile.entra_id::text as entra_id,
        profile.label,
        'manager' as field,
        'The manager has no PeopleGoal user yet: ' || staged.manager_entra_id || '.' as message
    from plan_profile as profile
    inner join stage_profile as staged on profile.entra_id = staged.entra_id
    where profile.is_manager_missing
) as found
inner join stage_code as code on found.code = code.code
order by found.place, found.label, found.entra_id;
