-- issues: what a run found about one person, in its order.
select
    seq,
    severity,
    step,
    code,
    entity,
    entra_id,
    label,
    field,
    message,
    hint
from sync.issue
where run_id = %(run_id)s and entra_id = %(entra_id)s
order by seq;
