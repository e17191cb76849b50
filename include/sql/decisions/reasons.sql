-- reasons: why the people behind a decision would leave, and how many for each reason.
select
    change.fields -> 'reason' ->> 1 as reason,
    count(*) as people
from sync.change as change
where
    change.decision_id = %(decision_id)s
    and change.entity = 'user'
    and change.action = 'deactivate'
    and change.run_id = (
        select max(newest.run_id) from sync.change as newest
        where newest.decision_id = %(decision_id)s
    )
group by change.fields -> 'reason' ->> 1
order by count(*) desc, reason;
