-- list: decisions, newest question first: of one account or all, of one run (that asked, or holds the same) or all.
select
    decision.id,
    account.slug as account,
    account.name as account_name,
    decision.run_id,
    decision.kind,
    decision.items,
    decision.population,
    decision.over,
    decision.status,
    decision.asked_at,
    decision.expires_at,
    decision.answered_at,
    decision.answered_by,
    decision.applied_run_id,
    decision.status = 'open' and decision.expires_at <= now() as is_late,
    not exists (
        select 1 from sync.decision as later
        where
            later.account_id = decision.account_id
            and later.kind = decision.kind
            and later.id > decision.id
    ) as is_newest
from sync.decision as decision
inner join peoplegoal.account as account on decision.account_id = account.id
where
    (%(account)s::text is null or account.slug = %(account)s)
    and (%(decision_id)s::bigint is null or decision.id = %(decision_id)s)
    and (not %(waiting)s or (decision.status = 'open' and decision.expires_at > now()))
    and (
        %(run_id)s::bigint is null
        or decision.run_id = %(run_id)s
        or exists (
            select 1 from sync.change as change
            where change.run_id = %(run_id)s and change.decision_id = decision.id
        )
    )
order by decision.id desc
limit %(limit)s;
