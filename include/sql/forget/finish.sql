-- finish: nothing of the person is left.
update sync.forgotten
set finished_at = clock_timestamp()
where account_id = %(account_id)s and entra_id = %(entra_id)s;
