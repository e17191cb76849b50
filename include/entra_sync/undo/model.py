"""What an undo gives: how much went back, and what stays, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entra_sync.load.model import LoadResult

GONE = {
    "user": "another PeopleGoal user has the object id by now.",
    "profile": "the manager of before has left.",
    "team": "the lead of before has left.",
    "team_member": "the person has left, or the team is archived.",
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One value that stays as it is.

    ``field`` is named as in sync.change, ``code`` is an issue code, ``message`` holds no value.
    """

    entity: str
    entra_id: str | None
    label: str | None
    field: str
    code: str
    message: str

    @classmethod
    def of(cls, row: Mapping[str, Any], undoes: int) -> Kept:
        """From a row of ``undo/kept``: what run ``undoes`` wrote, and why it stays."""
        entity, verdict = row["entity"], row["verdict"]
        if verdict == "taken":
            message = f"Before run {undoes} the person had an e-mail address that another person has by now."
        elif verdict == "gone":
            message = f"What was there before run {undoes} cannot come back: {GONE[entity]}"
        else:
            message = f"What run {undoes} wrote is no longer there: it was changed since."
        return cls(
            entity=entity,
            entra_id=row["entra_id"],
            label=row["label"],
            field=row["field"],
            code="undo_address_taken" if verdict == "taken" else "undo_changed_since",
            message=f"Team {row['team_id']}: {message}" if entity == "team_member" else message,
        )


@dataclass(frozen=True, kw_only=True)
class UndoResult:
    """One undo; ``counters`` are those of its own row in sync.run, whose id is ``counters.run_id``."""

    account: str
    undoes: int
    dry_run: bool
    counters: LoadResult
    kept: tuple[Kept, ...]
