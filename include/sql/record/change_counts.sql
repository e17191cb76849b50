-- change_counts: a run's changes by kind.
select
    entity,
    action,
    status,
    count(*) as count
from sync.change
where run_id = %(run_id)s
group by entity, action, status
order by entity, action, status;
