-- close_decision: a question that nobody answered in time, that the plan has outrun, or that this run has applied.
update sync.decision
set
    status = %(status)s,
    answered_at = coalesce(answered_at, case when %(status)s = 'expired' then now() end),
    applied_run_id = case when %(status)s = 'applied' then %(run_id)s end
where account_id = %(account_id)s and id = %(decision_id)s;
