-- answers: what became of some questions of an account, and the run that began after each answer.
select
    decision.id,
    decision.status,
    (
        select run.id from sync.run as run
        where
            run.account_id = decision.account_id
            and run.id > decision.run_id
            and run.started_at >= decision.answered_at
            and not run.dry_run
        order by run.id
        limit 1
    ) as next_run
from sync.decision as decision
where decision.account_id = %(account_id)s and decision.id = any(%(ids)s::bigint[])
order by decision.id;
