-- headcount: people of some accounts per day, of all departments together; an account that was not read on a day counts
-- as on the last day before.
with counted as (
    select
        headcount.account_id,
        headcount.date,
        sum(headcount.active) as active,
        lead(headcount.date) over (partition by headcount.account_id order by headcount.date) as next_date
    from sync.headcount as headcount
    where headcount.account_id = any(%(account_ids)s) and headcount.date >= %(since)s
    group by headcount.account_id, headcount.date
),

days as (
    select distinct counted.date as day from counted
)

select
    days.day,
    sum(counted.active) as active
from days
inner join counted on days.day >= counted.date and (counted.next_date is null or days.day < counted.next_date)
group by days.day
order by days.day;
