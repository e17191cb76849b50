-- release_lease: the account is free, if the run held it.
delete from sync.lease
where account_id = %(account_id)s and run_id = %(run_id)s;
