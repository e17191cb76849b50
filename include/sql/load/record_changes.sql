-- record_changes: plan_change -> sync.change.
insert into sync.change (run_id, seq, entity, action, user_id, team_id, entra_id, label, fields, status, decision_id)
select
    run_id,
    seq,
    entity,
    action,
    user_id,
    team_id,
    entra_id,
    label,
    fields,
    status,
    decision_id
from plan_change;
