-- open_decisions: what a limit withheld, nobody has answered yet, and may still be answered.
select
    decision.id,
    decision.run_id,
    decision.kind,
    decision.items,
    decision.expires_at
from sync.decision as decision
where decision.account_id = %(account_id)s and decision.status = 'open' and decision.expires_at > now()
order by decision.id;
