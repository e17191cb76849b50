-- note_reading: how the run reads the tenant, and what it has cost.
update sync.run
set
    mode = %(mode)s,
    mode_reason = %(reason)s,
    snapshot_uri = coalesce(%(snapshot_uri)s, snapshot_uri),
    day = coalesce(%(day)s, day),
    requests = %(requests)s,
    resource_units = %(resource_units)s,
    throttled = %(throttled)s
where id = %(run_id)s;
