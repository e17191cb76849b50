-- users: people of an account by object id, or by e-mail; those who are still there first.
select
    app_user.id,
    app_user.entra_id::text,
    app_user.email,
    app_user.status,
    app_user.created_at,
    app_user.invited_at,
    app_user.activated_at,
    app_user.deactivated_at,
    app_user.updated_at,
    profile.display_name,
    boss.entra_id::text as manager_entra_id,
    boss_profile.display_name as manager_name,
    to_jsonb(profile) - array['user_id', 'account_id', 'manager_id', 'created_at', 'updated_at'] as profile
from peoplegoal.app_user as app_user
left join peoplegoal.profile as profile on app_user.id = profile.user_id
left join peoplegoal.app_user as boss on profile.manager_id = boss.id
left join peoplegoal.profile as boss_profile on profile.manager_id = boss_profile.user_id
where
    app_user.account_id = %(account_id)s
    -- The address twice: each half has an index of its own.
    and (
        app_user.entra_id = %(entra_id)s::uuid
        or (app_user.email = %(email)s and app_user.status <> 'deactivated')
        or (app_user.email = %(email)s and app_user.status = 'deactivated')
    )
order by app_user.status = 'deactivated', app_user.id;
