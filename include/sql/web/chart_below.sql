-- chart_below: how many are below each of some people, all levels; no row when they are more than ``most`` together.
with recursive below (top_id, user_id) as (
    select
        top.user_id as top_id,
        top.user_id
    from unnest(%(ids)s::bigint[]) as top (user_id)
    union all
    select
        below.top_id,
        report.user_id
    from below
    -- Sorted, it stays a look-up for each person; a join may read everybody.
    cross join
        lateral (
            select profile.user_id
            from peoplegoal.profile as profile
            inner join peoplegoal.app_user as app_user on profile.user_id = app_user.id
            where
                profile.account_id = %(account_id)s
                and profile.manager_id = below.user_id
                and app_user.status <> 'deactivated'
            order by profile.user_id
        ) as report
),

-- Without an order PostgreSQL walks no further than the limit, also in a circle.
seen as (
    select below.top_id from below limit cardinality(%(ids)s::bigint[]) + %(most)s + 1 -- noqa: AM09
),

counted as (
    select
        seen.top_id as id,
        count(*) - 1 as below,
        sum(count(*)) over () as all_of_them
    from seen
    group by seen.top_id
)

select
    counted.id,
    counted.below
from counted
where counted.all_of_them <= cardinality(%(ids)s::bigint[]) + %(most)s
order by counted.id;
