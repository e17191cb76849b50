-- names: the names of an account's people, by object id.
select
    app_user.entra_id::text,
    profile.display_name as name
from peoplegoal.app_user as app_user
inner join peoplegoal.profile as profile on app_user.id = profile.user_id
where
    app_user.account_id = %(account_id)s
    and app_user.entra_id = any(%(ids)s::uuid[])
    and profile.display_name is not null
order by app_user.id;
