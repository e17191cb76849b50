-- answer_again: another answer to the same question; the former one is kept.
insert into sync.decision (
    account_id, run_id, kind, fingerprint, items, population, over, status, expires_at, answered_at, answered_by
)
select
    account_id,
    run_id,
    kind,
    fingerprint,
    items,
    population,
    over,
    %(status)s,
    expires_at,
    now(),
    %(by)s
from sync.decision
where id = %(decision_id)s
returning id;
