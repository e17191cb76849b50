-- delete_issues: what some runs found, and about whom.
delete from sync.issue
where run_id = any(%(runs)s::bigint[]);
