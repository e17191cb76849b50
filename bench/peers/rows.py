"""What a reader has read, small enough to compare: object ids and the links between them. Standard library only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.child import give, measured, read_given


@dataclass(kw_only=True)
class Rows:
    """``users``: manager's id by user id. ``memberships``: pairs of group id and member id."""

    users: dict[str, str | None] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    memberships: set[tuple[str, str]] = field(default_factory=set)

    def user(self, row: dict[str, Any]) -> None:
        """Take one user as Graph's JSON has it, with the manager expanded."""
        manager = row.get("manager")
        self.users[row["id"]] = manager["id"] if manager else None

    def summary(self) -> dict[str, dict[str, Any]]:
        """Per kind of row how many, and a digest that is equal for equal rows."""
        managers = ((user, manager) for user, manager in self.users.items() if manager)
        return {
            "users": _digest((user,) for user in self.users),
            "managers": _digest(managers),
            "groups": _digest((group,) for group in self.groups),
            "memberships": _digest(self.memberships),
        }


def _digest(rows: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    lines = sorted(" ".join(row) for row in rows)
    return {"rows": len(lines), "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def report(read: Callable[[dict[str, Any]], Rows]) -> None:
    """Read with what the parent gave, and print what was read and what it took."""
    given = read_given()
    rows, cost = measured(lambda: read(given))
    give({"rows": rows.summary(), **asdict(cost)})
