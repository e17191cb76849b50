-- delete_changes: what some runs did to whom.
delete from sync.change
where run_id = any(%(runs)s::bigint[]);
