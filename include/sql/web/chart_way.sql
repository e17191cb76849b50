-- chart_way: one person, by id or object id, and who is above, nearest first.
-- It ends at somebody who has left, where a circle would close, and after 100.
with recursive above (id, depth, manager_id, status, path) as (
    select
        app_user.id,
        0 as depth,
        profile.manager_id,
        app_user.status,
        array[app_user.id] as path
    from peoplegoal.app_user as app_user
    inner join peoplegoal.profile as profile on app_user.id = profile.user_id
    where
        app_user.account_id = %(account_id)s
        and (app_user.id = %(user_id)s or app_user.entra_id = %(entra_id)s)
    union all
    select
        app_user.id,
        above.depth + 1,
        profile.manager_id,
        app_user.status,
        above.path || app_user.id
    from above
    inner join peoplegoal.app_user as app_user on above.manager_id = app_user.id
    inner join peoplegoal.profile as profile on app_user.id = profile.user_id
    where above.status <> 'deactivated' and app_user.id <> all(above.path) and above.depth < 100
)

select above.id
from above
order by above.depth;
