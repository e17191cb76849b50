-- person: what PeopleGoal has of one person of an account now.
select
    app_user.id,
    app_user.entra_id::text,
    app_user.email,
    app_user.status,
    app_user.created_at,
    app_user.invited_at,
    app_user.activated_at,
    app_user.deactivated_at,
    profile.display_name,
    to_jsonb(profile)
    - array['user_id', 'account_id', 'manager_id', 'custom_fields', 'created_at', 'updated_at'] as profile,
    coalesce(profile.custom_fields, '{}') as custom_fields,
    (
        select count(*) from peoplegoal.profile as report
        inner join peoplegoal.app_user as theirs on report.user_id = theirs.id
        where
            report.account_id = app_user.account_id
            and report.manager_id = app_user.id
            and theirs.status <> 'deactivated'
    ) as reports
from peoplegoal.app_user as app_user
left join peoplegoal.profile as profile on app_user.id = profile.user_id
where app_user.account_id = %(account_id)s and app_user.entra_id = %(entra_id)s;
