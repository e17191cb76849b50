-- headcount: people of some accounts per day, of all departments together; an account that was not read on a day counts
-- as on the last day before, that of before ``since`` too.
with wanted as (
    select
        one.account_id,
        coalesce((
            select max(earlier.date) from sync.headcount as earlier
            where earlier.account_id = one.account_id and earlier.date <= %(since)s
        ), %(since)s) as first_day
    from unnest(%(account_ids)s::bigint[]) as one (account_id)
),

counted as (
    select
        headcount.account_id,
        greatest(headcount.date, %(since)s) as day,
        sum(headcount.active) - lag(sum(headcount.active), 1, 0::bigint)
            over (partition by headcount.account_id order by headcount.date)
            as more
    from wanted
    inner join sync.headcount as headcount
        on wanted.account_id = headcount.account_id and wanted.first_day <= headcount.date
    group by headcount.account_id, headcount.date
)

select
    counted.day,
    sum(sum(counted.more)) over (order by counted.day) as active
from counted
group by counted.day
order by counted.day;
