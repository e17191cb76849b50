-- preview_issues: stage_issue as it would be recorded, in its order.
select
    ordinal as seq,
    severity,
    step,
    code,
    entity,
    entra_id,
    label,
    field,
    hint,
    coalesce(message, '') as message
from stage_issue
order by ordinal;
