-- open_decisions: what a limit withheld and nobody has answered yet.
select
    decision.id,
    decision.run_id,
    decision.kind,
    decision.items,
    decision.expires_at
from sync.decision as decision
where decision.account_id = %(account_id)s and decision.status = 'open'
order by decision.id;
