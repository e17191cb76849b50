-- close: what became of a question.
update sync.decision
set status = %(status)s, answered_at = coalesce(answered_at, now()), answered_by = coalesce(answered_by, %(by)s)
where id = %(decision_id)s;
