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
    decision.id = (
        select newest.id from sync.decision as newest
        where newest.account_id = decision.account_id and newest.kind = decision.kind
        order by newest.id desc
        limit 1
    ) as is_newest
from sync.decision as decision
inner join peoplegoal.account as account on decision.account_id = account.id
where
    (%(account)s::text is null or account.slug = %(account)s)
    and (%(decision_id)s::bigint is null or decision.id = %(decision_id)s)
    and (not %(waiting)s or (decision.status = 'open' and decision.expires_at > now()))
    -- As an array it is asked for by key.
    and (
        %(run_id)s::bigint is null
        or decision.id = any(array(
            select asked.id
            from sync.run as run
            inner join sync.decision as asked on run.account_id = asked.account_id and run.id = asked.run_id
            where run.id = %(run_id)s
            union
            select change.decision_id from sync.change as change
            where change.run_id = %(run_id)s and change.decision_id is not null
        ))
    )
order by decision.id desc
limit %(limit)s;
