"""What load takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import pyarrow as pa

from entra_sync.extract.snapshot import Manifest


@dataclass(frozen=True, kw_only=True)
class Curated:
    """The day's PeopleGoal tables, as transform makes them, and what validate and transform found."""

    profile: pa.Table
    team: pa.Table
    team_member: pa.Table
    person: pa.Table
    issues: pa.Table


@dataclass(frozen=True, kw_only=True)
class SnapshotRef:
    """The snapshot that the tables were made of; ``as_of`` in UTC, ``users`` and ``groups`` what is in it.

    ``gaps``: what speaks against its being complete, in words.
    """

    uri: str
    as_of: datetime
    complete: bool
    mode: str
    config_fingerprint: str
    users: int
    groups: int
    gaps: str | None = None

    @classmethod
    def of(cls, uri: str, manifest: Manifest) -> SnapshotRef:
        """From the manifest of a sealed snapshot."""
        return cls(
            uri=uri,
            as_of=manifest.as_of,
            complete=manifest.complete,
            mode=manifest.mode,
            config_fingerprint=manifest.config_fingerprint,
            users=manifest.counts["users"],
            groups=manifest.counts["groups"],
            gaps="; ".join(part.why for part in manifest.certificate.values() if part.why) or None,
        )


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """The counters of sync.run; rows of sync.change or sync.issue stand behind each: view sync.run_count."""

    run_id: int
    status: str
    users_seen: int
    users_created: int
    users_updated: int
    users_reactivated: int
    users_deactivated: int
    users_unchanged: int
    users_held: int
    users_rejected: int
    teams_created: int
    teams_updated: int
    teams_archived: int
    teams_unchanged: int
    members_added: int
    members_removed: int
    errors: int
    warnings: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> LoadResult:
        """From a row of sync.run."""
        counters = {field.name: row[field.name] for field in fields(cls) if field.name != "run_id"}
        return cls(run_id=row["id"], **counters)
