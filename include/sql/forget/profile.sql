-- profile: every value that the schema of the sync knows of, PeopleGoal's own custom fields too; the row stays.
update peoplegoal.profile as profile
set
    first_name = null,
    last_name = null,
    display_name = null,
    job_title = null,
    department = null,
    company = null,
    office = null,
    city = null,
    state = null,
    country = null,
    mobile_phone = null,
    work_phone = null,
    employee_id = null,
    employee_type = null,
    hire_date = null,
    preferred_language = null,
    manager_id = null,
    custom_fields = '{}',
    updated_at = clock_timestamp()
from peoplegoal.app_user as app_user
where
    profile.user_id = app_user.id
    and profile.account_id = %(account_id)s
    and app_user.account_id = %(account_id)s
    and app_user.entra_id = %(entra_id)s
    and app_user.status = 'deactivated'
    and (
        profile.custom_fields <> '{}'
        or num_nonnulls(
            profile.first_name, profile.last_name, profile.display_name, profile.job_title, profile.department,
            profile.company, profile.office, profile.city, profile.state, profile.country, profile.mobile_phone,
            profile.work_phone, profile.employee_id, profile.employee_type, profile.hire_date,
            profile.preferred_language, profile.manager_id
        ) > 0
    );
