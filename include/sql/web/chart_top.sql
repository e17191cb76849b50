-- chart_top: people without a manager who lead somebody, after the user ``after``.
-- Managers and people without one are two sorted lists: each step seeks in one what comes next in the other, so that a
-- list that is long costs nothing when the other is short.
with recursive step (place, is_found, found) as (
    select
        %(after)s::bigint,
        false,
        0
    union all
    select
        head.user_id - (head.user_id <> boss.manager_id)::integer,
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
            select profile.user_id
            from peoplegoal.profile as profile
            where
                profile.account_id = %(account_id)s
                and profile.manager_id is null
                and profile.user_id >= boss.manager_id
            order by profile.manager_id, profile.user_id
            limit 1
        ) as head
    left join
        lateral (
            select true as is_there
            from peoplegoal.profile as profile
            inner join peoplegoal.app_user as theirs on profile.user_id = theirs.id
            inner join peoplegoal.app_user as app_user on profile.manager_id = app_user.id
            where
                head.user_id = boss.manager_id
                and profile.account_id = %(account_id)s
                and profile.manager_id = head.user_id
                and app_user.status <> 'deactivated'
                and theirs.status <> 'deactivated'
            order by profile.user_id
            limit 1
        ) as report
        on true
    where step.found < %(limit)s
)

select step.place as id
from step
where step.is_found
order by step.place;
