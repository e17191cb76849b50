-- skip_night: a scheduled night did nothing; a retry of it changes nothing.
insert into sync.skipped_night (account_id, dag_run_id, reason, skipped_at)
values (%(account_id)s, %(dag_run_id)s, %(reason)s, %(skipped_at)s)
on conflict do nothing;
