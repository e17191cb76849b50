"""Whom to forget: one person who is deactivated in PeopleGoal, or whom PeopleGoal never had."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entra_sync.db import connect, statement
from entra_sync.errors import EntraSyncError
from entra_sync.explain.peoplegoal import Row, users_by


@dataclass(frozen=True, kw_only=True)
class Person:
    """``account``: slug. ``user_id`` is None for somebody who was never in PeopleGoal: rejected, or out of scope."""

    account: str
    account_id: int
    account_name: str
    entra_id: str
    user_id: int | None
    name: str | None
    email: str | None


def find_person(url: str, account: str, wanted: str) -> Person:
    """The person of an account with this object id or e-mail address.

    Raises EntraSyncError when nobody or more than one has it, and when the person is not deactivated.
    """
    entra_id, text = _object_id(wanted), wanted.strip().lower()
    with connect(url) as connection:
        found = connection.execute(statement("record/find_account"), {"slug": account}).fetchone()
        if found is None:
            raise EntraSyncError(f"The account {account} was never synced.", hint="entra-sync history lists the runs.")
        users = users_by(connection, {"account_id": found["id"]}, entra_id, None if entra_id else text)
    here = {"account": account, "account_id": found["id"], "account_name": found["name"]}
    if not users and entra_id is not None:
        return Person(**here, entra_id=entra_id, user_id=None, name=None, email=None)
    user = _only(users)
    must_be_deactivated(user["status"])
    if user["entra_id"] is None:
        raise EntraSyncError(
            "The person was never linked to the directory: the sync has nothing of them.",
            hint="Erase them in PeopleGoal.",
        )
    names = {"name": user["display_name"], "email": user["email"]}
    return Person(**here, entra_id=user["entra_id"], user_id=user["id"], **names)


def must_be_deactivated(status: str) -> None:
    """Raise EntraSyncError for the status of somebody whom PeopleGoal has."""
    if status != "deactivated":
        raise EntraSyncError(
            f"The person is {status} in PeopleGoal, not deactivated: the next night would bring them back.",
            hint="Delete or disable the account in Entra, or take it out of the scope; forget after the next sync.",
        )


def _only(users: list[Row]) -> Row:
    """The one who is meant: of one address those who have left give way to somebody who has it now."""
    if not users:
        raise EntraSyncError(
            "Nobody in PeopleGoal has this address.",
            hint="Give the object id: it finds people whose address is gone, and those who were never in PeopleGoal.",
        )
    if len(users) > 1:
        ids = ", ".join(str(user["entra_id"]) for user in users if user["status"] == "deactivated")
        raise EntraSyncError(f"Several people had this address; those who left: {ids}.", hint="Give an object id.")
    return users[0]


def _object_id(text: str) -> str | None:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return None
