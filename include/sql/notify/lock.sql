-- lock: one process at a time tells of an account; released with the transaction.
select pg_advisory_xact_lock(hashtextextended('entra_sync.notice', %(account_id)s));
