"""What PeopleGoal has of a person now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from entra_sync.db import Connection, statement
from entra_sync.explain.answer import Present, differences
from entra_sync.explain.person import Directory
from entra_sync.scope import IN_SCOPE

Row = dict[str, Any]


def users_by(connection: Connection, key: Row, entra_id: str | None, email: str | None) -> list[Row]:
    """Users of the account (``key``: account_id) with this object id or this address, those who are there first."""
    values = {**key, "entra_id": _object_id(entra_id), "email": email}
    return connection.execute(statement("explain/users"), values).fetchall()


def user_of(connection: Connection, key: Row, entra_id: str, email: str | None) -> Row | None:
    """The user with this object id, else one with the address who was there before the first sync."""
    users = users_by(connection, key, entra_id, email)
    linked = [user for user in users if user["entra_id"] == entra_id]
    unlinked = [user for user in users if user["entra_id"] is None and user["status"] != "deactivated"]
    return next(iter(linked + unlinked), None)


def present(connection: Connection, key: Row, user: Row, directory: Directory | None) -> Present:
    """A user of ``users_by``, held against the directory when a profile is made of what it says."""
    teams = connection.execute(statement("explain/teams"), {**key, "user_id": user["id"]}).fetchall()
    compared = directory is not None and directory.state == IN_SCOPE and user["profile"] is not None
    return Present(
        user_id=user["id"],
        entra_id=user["entra_id"],
        status=user["status"],
        email=user["email"],
        name=user["display_name"],
        manager=user["manager_name"] or user["manager_entra_id"],
        teams=tuple(f"{team['name']}{' (lead)' if team['role'] == 'lead' else ''}" for team in teams),
        created_at=user["created_at"],
        deactivated_at=user["deactivated_at"],
        differs=differences(directory, user["profile"]) if directory and compared else {},
    )


def names_of(connection: Connection, key: Row, ids: Collection[str]) -> dict[str, str]:
    """Object id -> name of those whom PeopleGoal knows."""
    known = connection.execute(statement("explain/names"), {**key, "ids": sorted(ids)}).fetchall()
    return {row["entra_id"]: row["name"] for row in known}


def _object_id(text: str | None) -> UUID | None:
    """The text as an object id; None when it is something else, as an address is."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
