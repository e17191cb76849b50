-- chart_left: people who have left and are still the manager of others, after the user ``after``.
-- As in chart_top, each step seeks among managers or leavers what comes next in the other list.
with recursive step (place, is_found, found) as (
    select
        %(after)s::bigint,
        false,
        0
    union all
    select
        leaver.id - (leaver.id <> boss.manager_id)::integer,
        report.is_there is not null,
        step.found + (report.is_there is not null)::integer
    from step
    cross join
        lateral (
            select profile.manager_id
            from peoplegoal.profile as profile
            where profile.account_id = %(account_id)s and profile.manager_id > step.place
            order by profile.manager_id
            limit 1
        ) as boss
    cross join
        lateral (
            -- Compared as a row, and judged below: the index by status and id alone has this order.
            select
                app_user.id,
                app_user.status
            from peoplegoal.app_user as app_user
            where
                app_user.account_id = %(account_id)s
                and (app_user.status, app_user.id) >= ('deactivated', boss.manager_id)
            order by app_user.status, app_user.id
            limit 1
        ) as leaver
    left join
        lateral (
            select true as is_there
            from peoplegoal.profile as profile
            inner join peoplegoal.app_user as theirs on profile.user_id = theirs.id
            where
                leaver.id = boss.manager_id
                and profile.account_id = %(account_id)s
                and profile.manager_id = leaver.id
                and theirs.status <> 'deactivated'
            order by profile.user_id
            limit 1
        ) as report
        on true
    where step.found < %(limit)s and leaver.status = 'deactivated'
)

select step.place as id
from step
where step.is_found
order by step.place;
