-- managers: everybody above one user, nearest first, at most 30.
with recursive above (depth, user_id, manager_id) as (
    select
        0,
        profile.user_id,
        profile.manager_id
    from peoplegoal.profile as profile
    where profile.account_id = %(account_id)s and profile.user_id = %(user_id)s
    union all
    select
        above.depth + 1,
        profile.user_id,
        profile.manager_id
    from above
    inner join peoplegoal.profile as profile on above.manager_id = profile.user_id
    where profile.account_id = %(account_id)s and above.depth < 30
)

select
    app_user.entra_id::text,
    profile.job_title,
    app_user.status,
    coalesce(profile.display_name, app_user.email) as name
from above
inner join peoplegoal.app_user as app_user on above.user_id = app_user.id
inner join peoplegoal.profile as profile on above.user_id = profile.user_id
where above.depth > 0
order by above.depth;
