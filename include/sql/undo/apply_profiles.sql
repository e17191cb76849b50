-- apply_profiles: undo_value -> peoplegoal.profile: the columns and custom keys of before the run.
update peoplegoal.profile
set
    (
        first_name, last_name, display_name, job_title, department, company, office, city, state, country,
        mobile_phone, work_phone, employee_id, employee_type, hire_date, preferred_language
    ) = (
        select
            old.first_name,
            old.last_name,
            old.display_name,
            old.job_title,
            old.department,
            old.company,
            old.office,
            old.city,
            old.state,
            old.country,
            old.mobile_phone,
            old.work_phone,
            old.employee_id,
            old.employee_type,
            old.hire_date,
            old.preferred_language
        from jsonb_populate_record(profile, back.columns) as old
    ),
    manager_id = case when back.has_manager then back.manager_id else profile.manager_id end,
    custom_fields = (profile.custom_fields - back.custom_cleared) || back.custom_set,
    updated_at = now()
from undo_setting as setting, (
    select
        user_id,
        coalesce(
            jsonb_object_agg(name, was) filter (where name <> 'manager' and not starts_with(name, 'custom.')), '{}'
        ) as columns,
        count(*) filter (where name = 'manager') > 0 as has_manager,
        min(was #>> '{}') filter (where name = 'manager')::bigint as manager_id,
        coalesce(
            jsonb_object_agg(substr(name, 8), was) filter (where starts_with(name, 'custom.') and was <> 'null'), '{}'
        ) as custom_set,
        coalesce(
            array_agg(substr(name, 8)) filter (where starts_with(name, 'custom.') and was = 'null'), '{}'
        ) as custom_cleared
    from undo_value
    where entity = 'profile' and verdict = 'back'
    group by user_id
) as back
where profile.account_id = setting.account_id and profile.user_id = back.user_id;
