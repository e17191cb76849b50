-- health: every account: when its applied state was read, and how many of its questions wait for an answer.
select
    account.slug as account,
    extract(epoch from state.applied_as_of) as last_good_at,
    (
        select count(*) from sync.decision as decision
        where decision.account_id = account.id and decision.status = 'open'
    ) as decisions_open
from peoplegoal.account as account
left join sync.account_state as state on account.id = state.account_id
where %(account)s::text is null or account.slug = %(account)s
order by account.slug;
