-- newest_decision: the last question of that kind to the account, with whether the time to answer it is over.
select
    id,
    run_id,
    fingerprint,
    status,
    status = 'open' and expires_at <= now() as is_late
from sync.decision
where account_id = %(account_id)s and kind = %(kind)s
order by id desc
limit 1
for update;
