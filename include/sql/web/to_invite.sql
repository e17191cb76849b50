-- to_invite: an account's people who wait for an invitation, after the user ``after``, with the run that brought them.
select
    app_user.id,
    app_user.entra_id::text,
    app_user.email,
    app_user.created_at,
    profile.first_name,
    profile.last_name,
    profile.display_name,
    profile.job_title,
    profile.department,
    app_user.deactivated_at is not null as is_back,
    coalesce(boss_profile.display_name, boss.email) as manager
from peoplegoal.app_user as app_user
left join peoplegoal.profile as profile on app_user.id = profile.user_id
left join peoplegoal.app_user as boss on profile.manager_id = boss.id
left join peoplegoal.profile as boss_profile on profile.manager_id = boss_profile.user_id
where
    app_user.account_id = %(account_id)s
    and app_user.status = 'ready_to_invite'
    and app_user.id > %(after)s
order by app_user.id
limit %(limit)s;
