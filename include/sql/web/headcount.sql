-- headcount: people of some accounts per day, of all departments together.
select
    headcount.date as day,
    sum(headcount.active) as active
from sync.headcount as headcount
where headcount.account_id = any(%(account_ids)s) and headcount.date >= %(since)s
group by headcount.date
order by headcount.date;
