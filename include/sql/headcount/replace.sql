-- replace: the numbers of one day; rows that are as they were are not written.
with counted as (
    select given.*
    from jsonb_to_recordset(%(rows)s::jsonb) as given (
        department text, active integer, joiners integer, leavers integer, movers_in integer, movers_out integer
    )
),

gone as (
    delete from sync.headcount
    where
        headcount.account_id = %(account_id)s
        and headcount.date = %(day)s
        and not exists (
            select 1 from counted
            where counted.department = headcount.department
        )
)

insert into sync.headcount as known (
    account_id, date, department, active, joiners, leavers, movers_in, movers_out
)
select
    %(account_id)s,
    %(day)s,
    department,
    active,
    joiners,
    leavers,
    movers_in,
    movers_out
from counted
on conflict (account_id, date, department) do update
    set
        active = excluded.active,
        joiners = excluded.joiners,
        leavers = excluded.leavers,
        movers_in = excluded.movers_in,
        movers_out = excluded.movers_out
    where (known.active, known.joiners, known.leavers, known.movers_in, known.movers_out)
    is distinct from (excluded.active, excluded.joiners, excluded.leavers, excluded.movers_in, excluded.movers_out);
