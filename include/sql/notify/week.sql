-- week: the runs of an account that began in a span of time, together; undone work is not counted.
select
    count(*) filter (where status <> 'failed') as good,
    count(*) filter (where status = 'failed') as failed,
    coalesce(sum(joined), 0)::bigint as joined,
    coalesce(sum(departed), 0)::bigint as departed,
    coalesce(sum(changed), 0)::bigint as changed
from sync.standing
where
    account_id = %(account_id)s
    and started_at >= %(since)s
    and started_at < %(until)s
    and finished_at is not null
    and mode_reason is distinct from 'forget';
