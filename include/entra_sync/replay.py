"""Replay: a stored snapshot instead of a new reading, for a day that is over or for the one that is shown now.

Graph has no past: what was not read on a day cannot be had any more. A day without a snapshot is an error with the
reason, never today's directory under an old date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from entra_sync.db import Connection, statement
from entra_sync.errors import SnapshotError, SnapshotMissing
from entra_sync.extract.snapshot import Manifest, read_manifest
from entra_sync.record.runs import Run


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A sealed snapshot. ``day``: of the curated tables that are made of it, in the account's time zone."""

    uri: str
    day: date
    manifest: Manifest


def shown_now(connection: Connection, run: Run, timezone: str) -> Stored:
    """The snapshot that PeopleGoal shows. Raises SnapshotMissing when nothing was loaded yet, or it is not kept."""
    key = {"account_id": run.account_id, "timezone": timezone}
    found = connection.execute(statement("replay/shown"), key).fetchone()
    if found is None:
        raise SnapshotMissing(
            f"Nothing was loaded for the account {run.account} yet, so there is nothing to replay.",
            hint="Run a sync first.",
        )
    stored = _sealed([found["snapshot_uri"]], run.account, found["day"])
    if stored is None:
        raise SnapshotMissing(
            f"The snapshot that the account {run.account} shows is not kept any more, or is damaged.",
            hint="Run a full sync: it reads Entra again.",
        )
    return stored


def of_day(connection: Connection, run: Run, timezone: str, day: date) -> Stored:
    """The newest snapshot that a run of that day read. Raises SnapshotMissing, which names the days that are kept."""
    key = {"account_id": run.account_id, "timezone": timezone, "day": day}
    rows = connection.execute(statement("replay/snapshots_of_day"), key).fetchall()
    stored = _sealed([row["snapshot_uri"] for row in rows], run.account, day)
    if stored is None:
        near = sorted(row["day"] for row in connection.execute(statement("replay/days"), key).fetchall())
        kept = ", ".join(str(one) for one in near if one != day) or "none"
        why = "is not kept any more, or its snapshot is damaged" if rows else "was never read"
        raise SnapshotMissing(
            f"The directory of {day} {why}; the nearest days that were read: {kept}.",
            hint="Entra cannot be read as of a past day. Nothing was changed; choose another day.",
        )
    return stored


def _sealed(uris: list[str], account: str, day: date) -> Stored | None:
    """The first that can be read and is the account's."""
    for uri in uris:
        try:
            manifest = read_manifest(uri)
        except SnapshotError:
            continue
        if manifest.account == account:
            return Stored(uri=uri, day=day, manifest=manifest)
    return None
