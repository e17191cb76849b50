-- record_result: counters and status of a run whose plan was applied, counted from its changes and issues.
update sync.run
set
    status = %(status)s,
    mode = %(mode)s,
    as_of = %(as_of)s,
    snapshot_uri = %(snapshot_uri)s,
    users_seen = %(users)s,
    users_created = counted.users_created,
    users_updated = counted.users_updated,
    users_reactivated = counted.users_reactivated,
    users_deactivated = counted.users_deactivated,
    users_held = counted.users_held,
    users_rejected = counted.users_rejected,
    teams_created = counted.teams_created,
    teams_updated = counted.teams_updated,
    teams_archived = counted.teams_archived,
    members_added = counted.members_added,
    members_removed = counted.members_removed,
    errors = counted.errors,
    warnings = counted.warnings
from sync.run_count as counted
where run.id = %(run_id)s and counted.run_id = run.id
returning run.*;
