-- issues: a run's issues of one code after ``after``, in its order.
select
    issue.seq,
    issue.severity,
    issue.step,
    issue.code,
    issue.entity,
    issue.entra_id,
    issue.label,
    issue.field,
    issue.message,
    issue.hint
from sync.issue as issue
where
    issue.run_id = %(run_id)s
    and issue.code = %(code)s
    and issue.seq > %(after)s
    and (
        %(pattern)s::text is null
        or issue.label ilike %(pattern)s
        or issue.message ilike %(pattern)s
    )
order by issue.seq
limit %(limit)s;
