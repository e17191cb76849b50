-- leavers: people who left an account, found by name or e-mail.
select
    app_user.entra_id::text,
    app_user.email,
    coalesce(profile.display_name, app_user.email) as name
from peoplegoal.app_user as app_user
left join lateral (
    select named.display_name
    from peoplegoal.profile as named
    where named.user_id = app_user.id
    order by named.user_id
    limit 1
) as profile on true
where
    app_user.account_id = %(account_id)s
    and app_user.status = 'deactivated'
    and app_user.entra_id is not null
    and (profile.display_name ilike %(pattern)s or app_user.email ilike %(pattern)s)
order by profile.display_name, app_user.id
limit %(limit)s;
