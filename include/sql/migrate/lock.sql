-- lock: one migrating process at a time; released with the session.
select pg_advisory_lock(hashtextextended('entra_sync.migrate', 0));
