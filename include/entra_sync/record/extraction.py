"""What extract asks of the database, and what it leaves on the run's row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from entra_sync.db import Connection, statement
from entra_sync.extract.parts import Known
from entra_sync.record.runs import Run


def known(connection: Connection, run: Run) -> Known:
    """Object ids of the account's people and group teams that could leave, not deactivated, not archived; and of people
    who were forgotten."""
    key = {"account_id": run.account_id}
    users = connection.execute(statement("record/known_users"), key).fetchall()
    groups = connection.execute(statement("record/known_groups"), key).fetchall()
    forgotten = connection.execute(statement("record/forgotten"), key).fetchall()
    return Known(
        users=[row["id"] for row in users],
        groups=[row["id"] for row in groups],
        forgotten=[row["id"] for row in forgotten],
    )


def note_reading(
    connection: Connection,
    run: Run,
    *,
    mode: str,
    reason: str,
    traffic: Mapping[str, int] | None = None,
    snapshot_uri: str | None = None,
    day: date | None = None,
) -> None:
    """Note on the run's row how the tenant is read, why so, what it has cost, and which snapshot came of it.

    ``day``: another day than the run was opened with.
    """
    cost = {name: (traffic or {}).get(name, 0) for name in ("requests", "resource_units", "throttled")}
    values = {"run_id": run.id, "mode": mode, "reason": reason, "snapshot_uri": snapshot_uri, "day": day, **cost}
    connection.execute(statement("record/note_reading"), values)
    connection.commit()
