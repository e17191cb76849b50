"""What people decided about rows that a limit withheld, as load sees it: approve once, or no.

A decision belongs to an account, a kind of limit and the fingerprint of exactly what was withheld. Another set of rows
is another question; nobody answering in time means no.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entra_sync.db import Connection, statement
from entra_sync.record.runs import Run

ASKED = "They are held until somebody decides."
REFUSED = {"rejected": "They stay held: it was rejected.", "expired": "They stay held: nobody answered in time."}
NOT_ASKED = "They would be held."
WAITING = ("open", "approved")


@dataclass(frozen=True, kw_only=True)
class Question:
    """May these rows be applied, once? ``over``: the limit, in words; ``population``: of how many."""

    fingerprint: str
    items: int
    population: int
    over: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the rows may be applied, and which decision they wait for otherwise; ``words`` says so to people."""

    is_approved: bool
    decision_id: int | None = None
    is_open: bool = False
    words: str = ""


def verdict(
    connection: Connection, run: Run, kind: str, question: Question | None, *, hours: float, writes: bool
) -> Verdict:
    """Look up, and with ``writes`` keep up, the decision about a kind of limit.

    No question: nothing is over the limit, and what was asked before is outrun by the plan. ``hours``: how long a new
    question may be answered.
    """
    key: dict[str, Any] = {"account_id": run.account_id, "run_id": run.id, "kind": kind}
    last = connection.execute(statement("load/newest_decision"), key).fetchone()
    status = None
    if last:
        status = "expired" if last["is_late"] else str(last["status"])
    same = bool(last and question and last["fingerprint"] == question.fingerprint)
    if last and writes:
        new = _new_status(status, same)
        if new != last["status"]:
            connection.execute(statement("load/close_decision"), {**key, "decision_id": last["id"], "status": new})
    if question is None or (same and status == "approved"):
        return Verdict(is_approved=True)
    if last and same and status == "open":
        return Verdict(is_approved=False, decision_id=last["id"], is_open=True, words=ASKED)
    if last and same and status in REFUSED:
        return Verdict(is_approved=False, decision_id=last["id"], words=REFUSED[status])
    if not writes:
        return Verdict(is_approved=False, words=NOT_ASKED)
    values = {**key, **vars(question), "seconds": hours * 3600}
    (asked,) = connection.execute(statement("load/ask_decision"), values).fetchall()
    return Verdict(is_approved=False, decision_id=asked["id"], is_open=True, words=ASKED)


def _new_status(status: str | None, same: bool) -> str | None:
    """What becomes of the last decision tonight."""
    if status not in WAITING:
        return status
    if not same:
        return "superseded"
    return "applied" if status == "approved" else status
