-- delete_checks: the results and measures that an earlier try of the step left on the run.
with gone as (
    delete from sync.measure
    where run_id = %(run_id)s
)

delete from sync."check"
where run_id = %(run_id)s;
