-- issue_groups: a run's issues by code, errors first, with up to three names each.
select
    severity,
    code,
    min(hint) as hint,
    count(*) as count,
    coalesce((array_agg(label order by seq) filter (where label is not null))[1:3], '{}') as labels
from sync.issue
where run_id = %(run_id)s
group by severity, code
order by severity asc, count(*) desc, code;
