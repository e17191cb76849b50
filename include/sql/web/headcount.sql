-- headcount: people of some accounts per day, of all departments together; an account that was not read on a day counts
-- as on the last day before.
with counted as (
    select
        headcount.account_id,
        headcount.date,
        sum(headcount.active) - lag(sum(headcount.active), 1, 0::bigint)
            over (partition by headcount.account_id order by headcount.date)
            as more
    from sync.headcount as headcount
    where headcount.account_id = any(%(account_ids)s) and headcount.date >= %(since)s
    group by headcount.account_id, headcount.date
)

select
    counted.date as day,
    sum(sum(counted.more)) over (order by counted.date) as active
from counted
group by counted.date
order by counted.date;
