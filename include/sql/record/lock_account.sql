-- lock_account: one run at a time opens or reopens on an account; released with the transaction.
select
    pg_advisory_xact_lock(hashtextextended('entra_sync.account', %(account_id)s)),
    set_config('lock_timeout', '5s', true);
