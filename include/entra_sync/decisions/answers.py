"""Answers. Of two people who answer at once, one is told that the other was first."""

from __future__ import annotations

from entra_sync.db import Connection, connect, statement
from entra_sync.decisions.model import AlreadyDecided, Decision, decision

LIST = "entra-sync decisions lists what waits."
STATUSES = {True: "approved", False: "rejected"}
MIND_CHANGED = {("rejected", "approved"), ("expired", "approved"), ("approved", "rejected")}


def answer(url: str, decision_id: int, *, approve: bool, by: str, change_of_mind: bool = False) -> Decision:
    """Approve once, or reject. ``by``: who decides, as the sync history shows it.

    With ``change_of_mind`` the newest question of its kind may be answered again until its answer was applied: the
    former answer is kept. Raises AlreadyDecided when the question is not open, EntraSyncError when there is none.
    """
    wanted = STATUSES[approve]
    with connect(url) as connection:
        asked = _locked(connection, decision_id)
        if asked.status == "open":
            _close(connection, asked, wanted, by)
            return decision(connection, decision_id)
        again = change_of_mind and asked.is_newest and (asked.status, wanted) in MIND_CHANGED
        if not again:
            raise AlreadyDecided(_why_not(asked), hint=LIST)
        if asked.status == "approved":
            _close(connection, asked, "superseded", by)
        values = {"decision_id": decision_id, "status": wanted, "by": by}
        (row,) = connection.execute(statement("decisions/answer_again"), values).fetchall()
        return decision(connection, row["id"])


def claim(url: str, asked_in: str, *, again: bool = False) -> list[int]:
    """Take over what waits and nobody asks for yet, ids sorted; the same run gets the same again.

    ``again``: also what another run asks for. Questions whose time is over are closed.
    """
    with connect(url) as connection:
        connection.execute(statement("decisions/expire_late"))
        rows = connection.execute(statement("decisions/claim"), {"asked_in": asked_in, "again": again}).fetchall()
    return sorted(row["id"] for row in rows)


def expire(url: str, decision_id: int) -> Decision:
    """Nobody answered: no. A question that was answered meanwhile stays as it is."""
    with connect(url) as connection:
        asked = _locked(connection, decision_id)
        if asked.status == "open":
            _close(connection, asked, "expired", None)
        return decision(connection, decision_id)


def _locked(connection: Connection, decision_id: int) -> Decision:
    """The decision, locked; one whose time is over is closed first, for good."""
    connection.execute(statement("decisions/lock"), {"decision_id": decision_id})
    asked = decision(connection, decision_id)
    if asked.is_late:
        _close(connection, asked, "expired", None)
        return decision(connection, decision_id)
    return asked


def _close(connection: Connection, asked: Decision, status: str, by: str | None) -> None:
    connection.execute(statement("decisions/close"), {"decision_id": asked.id, "status": status, "by": by})


def _why_not(asked: Decision) -> str:
    when = f" on {asked.answered_at:%Y-%m-%d %H:%M} UTC" if asked.answered_at else ""
    by = f" by {asked.answered_by}" if asked.answered_by else ""
    return (
        f"Decision {asked.id} of the account {asked.account} "
        + {
            "approved": f"was approved{by}{when}; the next run applies it.",
            "applied": f"was approved{by}{when} and applied by run {asked.applied_run_id}.",
            "rejected": f"was rejected{by}{when}.",
            "expired": "was not answered in time, which means no.",
            "superseded": "is no longer about the present plan, which has changed since.",
        }[asked.status]
    )
