-- delete_skipped: nights of an account that quarantine left out before a time.
delete from sync.skipped_night
where account_id = %(account_id)s and skipped_at < %(before)s;
