-- held: the names behind a decision, as the newest run shows them that holds them.
select
    change.entity,
    change.action,
    change.user_id,
    change.team_id,
    change.entra_id::text,
    change.label,
    change.fields,
    change.status
from sync.change as change
where
    change.decision_id = %(decision_id)s
    and change.run_id = (
        select max(newest.run_id) from sync.change as newest
        where newest.decision_id = %(decision_id)s
    )
order by change.seq
limit %(limit)s;
