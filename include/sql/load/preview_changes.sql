-- preview_changes: plan_change as it would be recorded, in its order.
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
from plan_change
order by seq;
