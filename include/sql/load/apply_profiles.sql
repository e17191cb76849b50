-- apply_profiles: plan_profile -> peoplegoal.profile: only the columns and custom keys that changed.
insert into peoplegoal.profile (
    user_id, account_id, first_name, last_name, display_name, job_title, department, company, office, city, state,
    country, mobile_phone, work_phone, employee_id, employee_type, hire_date, preferred_language, manager_id,
    custom_fields
)
select
    app_user.id,
    app_user.account_id,
    new.first_name,
    new.last_name,
    new.display_name,
    new.job_title,
    new.department,
    new.company,
    new.office,
    new.city,
    new.state,
    new.country,
    new.mobile_phone,
    new.work_phone,
    new.employee_id,
    new.employee_type,
    new.hire_date,
    new.preferred_language,
    manager.id as manager_id,
    planned.custom_set
from plan_profile as planned
cross join stage_setting as setting
inner join peoplegoal.app_user as app_user
    on planned.entra_id = app_user.entra_id and app_user.account_id = setting.account_id
left join peoplegoal.app_user as manager
    on manager.account_id = setting.account_id and manager.entra_id = (planned.fields -> 'manager' ->> 1)::uuid
cross join lateral jsonb_populate_record(null::peoplegoal.profile, planned.new_columns) as new
where planned.is_new
order by app_user.id;

update peoplegoal.profile
set
    (
        first_name, last_name, display_name, job_title, department, company, office, city, state, country,
        mobile_phone, work_phone, employee_id, employee_type, hire_date, preferred_language
    ) = (
        select
            new.first_name,
            new.last_name,
            new.display_name,
            new.job_title,
            new.department,
            new.company,
            new.office,
            new.city,
            new.state,
            new.country,
            new.mobile_phone,
            new.work_phone,
            new.employee_id,
            new.employee_type,
            new.hire_date,
            new.preferred_language
        from jsonb_populate_record(profile, planned.new_columns) as new
    ),
    manager_id = case when planned.fields ? 'manager' then manager.id else profile.manager_id end,
    custom_fields = (profile.custom_fields - planned.custom_cleared) || planned.custom_set,
    updated_at = now()
from plan_profile as planned
cross join stage_setting as setting
left join peoplegoal.app_user as manager
    on manager.account_id = setting.account_id and manager.entra_id = (planned.fields -> 'manager' ->> 1)::uuid
where
    profile.account_id = setting.account_id
    and profile.user_id = planned.user_id
    and not planned.is_new
    and planned.fields is not null;
