-- take_lease: the account's lease for a run, if it is free, expired, the run's own or an earlier attempt's.
insert into sync.lease (account_id, run_id, holder, expires_at)
values (
    %(account_id)s, %(run_id)s, %(holder)s, clock_timestamp() + make_interval(secs => %(ttl_s)s)
)
on conflict (account_id) do update
    set run_id = excluded.run_id, holder = excluded.holder, expires_at = excluded.expires_at
    where
    sync.lease.expires_at <= clock_timestamp()
    or sync.lease.run_id in (
        select run.id from sync.run as run
        where run.account_id = %(account_id)s and run.dag_run_id = %(dag_run_id)s
    )
returning run_id;
