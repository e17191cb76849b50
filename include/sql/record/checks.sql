-- checks: what a run was held against, in the order asked.
select
    code,
    tbl,
    field,
    severity,
    ok,
    rows,
    failed,
    expected,
    engine
from sync."check"
where run_id = %(run_id)s
order by seq;
