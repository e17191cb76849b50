"""What the reading itself found out about its sources: gaps of a list, drift of the change feed."""

from __future__ import annotations

from entra_sync.extract.snapshot import Manifest
from entra_sync.issues import issue
from entra_sync.validate.findings import Found

READING = ("not_listed", "drift_healed")
NAMED = 100


def reading_issues(manifest: Manifest) -> Found:
    """Issues out of a snapshot's manifest, at most ``NAMED`` objects of a kind by id."""
    found = []
    for name, part in manifest.certificate.items():
        if part.missed:
            message = f"{part.missed} {name} were not listed, but are there when asked for by id."
            found.append(issue("not_listed", entity="snapshot", message=message))
    drift = manifest.drift
    if drift:
        message = (
            f"{len(drift.users)} users, {len(drift.groups)} groups and {drift.memberships} memberships were otherwise "
            "than the incremental runs had them."
        )
        found.append(issue("drift_healed", entity="snapshot", message=message))
        for entity, ids in (("user", drift.users), ("team", drift.groups)):
            text = "It had changed without being told of by the change feed."
            found += [issue("drift_healed", entity=entity, entra_id=i, message=text) for i in ids[:NAMED]]
    return found
