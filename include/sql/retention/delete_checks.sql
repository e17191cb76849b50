-- delete_checks: the checks that some runs were held against.
delete from sync."check"
where run_id = any(%(runs)s::bigint[]);
