-- chart_reports: who reports to one user, after the user ``after``.
select profile.user_id as id
from peoplegoal.profile as profile
where
    profile.account_id = %(account_id)s
    -- Compared as a row: the index by manager and user alone has this order.
    and (profile.manager_id, profile.user_id) > (%(manager_id)s, %(after)s)
    and profile.manager_id <= %(manager_id)s
    -- Not a join, which may begin with all users of the account.
    and (
        select app_user.status from peoplegoal.app_user as app_user
        where app_user.id = profile.user_id
    ) <> 'deactivated'
order by profile.manager_id, profile.user_id
limit %(limit)s;
