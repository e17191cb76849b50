-- move_state: the account shows this snapshot now.
insert into sync.account_state (
    account_id, applied_run_id, applied_as_of, snapshot_uri, config_fingerprint
)
values (
    %(account_id)s, %(run_id)s, %(as_of)s, %(snapshot_uri)s, %(config_fingerprint)s
)
on conflict (account_id) do update
    set
        applied_run_id = excluded.applied_run_id,
        applied_as_of = excluded.applied_as_of,
        snapshot_uri = excluded.snapshot_uri,
        config_fingerprint = excluded.config_fingerprint;
