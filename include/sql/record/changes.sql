-- changes: what a run did to whom, in its order.
select
    seq,
    entity,
    action,
    user_id,
    team_id,
    entra_id::text,
    label,
    fields,
    status
from sync.change
where run_id = %(run_id)s
order by seq;
