-- renew_lease: more time for a run that still holds its account. No row: another run took the account over.
update sync.lease
set holder = %(holder)s, expires_at = clock_timestamp() + make_interval(secs => %(ttl_s)s)
where account_id = %(account_id)s and run_id = %(run_id)s
returning run_id;
