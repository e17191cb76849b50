-- mark_swept: these runs keep their numbers, without names.
update sync.run
set swept_at = clock_timestamp()
where id = any(%(runs)s::bigint[]) and account_id = %(account_id)s;
