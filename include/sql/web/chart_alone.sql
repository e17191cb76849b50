-- chart_alone: people without a manager who lead nobody, after the user ``after``.
-- Sub-selects with a limit stay look-ups, one for each person; a join may read everybody.
select profile.user_id as id
from peoplegoal.profile as profile
left join
    lateral (
        select true as is_there
        from peoplegoal.profile as report
        inner join peoplegoal.app_user as app_user on report.user_id = app_user.id
        where
            report.account_id = %(account_id)s
            and report.manager_id = profile.user_id
            and app_user.status <> 'deactivated'
        order by report.user_id
        limit 1
    ) as report
    on true
where
    profile.account_id = %(account_id)s
    and profile.manager_id is null
    and profile.user_id > %(after)s
    and report.is_there is null
    and (
        select app_user.status from peoplegoal.app_user as app_user
        where app_user.id = profile.user_id
    ) <> 'deactivated'
order by profile.manager_id, profile.user_id
limit %(limit)s;
