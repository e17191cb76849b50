"""``decisions``: what limits withheld and waits for a person; who they are; approve once, or reject.

Written to standard output only: it names people.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from entra_sync.cli.choice import migrated_url
from entra_sync.db import Connection, connect
from entra_sync.decisions import AlreadyDecided, Decision, answer, decisions, held
from entra_sync.errors import EntraSyncError
from entra_sync.words import change_words

SHOWN = 50
EVERYBODY = 10_000_000
STATES = {
    "open": "waits for an answer until {expires_at:%Y-%m-%d %H:%M} UTC",
    "approved": "approved by {answered_by} on {answered_at:%Y-%m-%d %H:%M} UTC; the next run applies it",
    "applied": "approved by {answered_by} on {answered_at:%Y-%m-%d %H:%M} UTC, applied by run {applied_run_id}",
    "rejected": "rejected by {answered_by} on {answered_at:%Y-%m-%d %H:%M} UTC",
    "expired": "nobody answered until {expires_at:%Y-%m-%d %H:%M} UTC, which means no",
    "superseded": "the plan changed before it was answered or applied",
}


def print_decisions(*, account: str | None, every: bool, as_json: bool) -> int:
    """List the questions that wait, or all of them."""
    with connect(migrated_url()) as connection:
        found = decisions(connection, account=account, waiting=not every)
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2, default=str))
    else:
        print("\n".join(_listed(found, every=every)))
    return 0


def decide(action: str, run_id: int, *, account: str | None, kind: str | None, as_json: bool) -> int:
    """Show, approve or reject what a run holds; 1 when some of it could not be answered any more, else 0.

    Raises EntraSyncError when the run holds nothing of that kind, AlreadyDecided when none of it could be answered.
    """
    url = migrated_url()
    refused: list[AlreadyDecided] = []
    with connect(url) as connection:
        asked = [one for one in decisions(connection, account=account, run_id=run_id) if kind in (None, one.kind)]
        if not asked:
            what = f" because of {kind}" if kind else ""
            raise EntraSyncError(f"Run {run_id} holds nothing{what}.", hint="entra-sync decisions lists what waits.")
    if action != "show":
        # Whether a question may be answered is known when it is locked; the newest of each kind is the one meant.
        newest = {one.kind: one for one in reversed(asked)}.values()
        asked, refused = _answered(url, newest, approve=action == "approve")
    for error in refused:
        print(f"not answered: {error}", file=sys.stderr)
    with connect(url) as connection:
        if as_json:
            print(json.dumps([_data(connection, one) for one in asked], indent=2, default=str))
        else:
            for one in asked:
                print("\n".join(_shown(connection, one)))
            print("\n".join(_next(action, asked)))
    return 1 if refused else 0


def _answered(url: str, asked: Iterable[Decision], *, approve: bool) -> tuple[list[Decision], list[AlreadyDecided]]:
    """Answer each: one that is answered already keeps no other open. Raises AlreadyDecided when all of them are."""
    by = getpass.getuser()
    answered, refused = [], []
    for one in asked:
        try:
            answered.append(answer(url, one.id, approve=approve, by=by, change_of_mind=True))
        except AlreadyDecided as error:
            refused.append(error)
    if not answered:
        raise AlreadyDecided(" ".join(error.message for error in refused), hint=refused[0].hint)
    return answered, refused


def _listed(found: list[Decision], *, every: bool) -> Iterator[str]:
    if not found:
        yield "Nothing was ever held." if every else "Nothing waits for an answer."
    for one in found:
        yield from _heading(one)
    if any(one.status == "open" for one in found):
        yield ""
        yield "  entra-sync decisions show RUN names them; approve RUN or reject RUN answers."


def _heading(one: Decision) -> Iterator[str]:
    yield f"run {one.run_id} of {one.account}: {one.what}"
    yield f"  limit     {one.kind}, {one.limit}"
    yield f"  decision  {one.id}, {_state(one)}"


def _state(one: Decision) -> str:
    status = "expired" if one.is_late else one.status
    return STATES[status].format(**vars(replace(one, answered_by=one.answered_by or "nobody")))


def _shown(connection: Connection, one: Decision) -> Iterator[str]:
    yield from _heading(one)
    rows = _held(connection, one, limit=SHOWN)
    yield from (f"    {row['label'] or row['entra_id']}  {_words(row)}" for row in rows)
    if one.items > len(rows):
        yield f"    ... and {one.items - len(rows):,} more: --json names all"


def _words(row: dict[str, Any]) -> str:
    return change_words({**row, "status": "dry_run"}, {}).removeprefix("planned only: ")


def _held(connection: Connection, one: Decision, *, limit: int) -> list[dict[str, Any]]:
    """The names; an answer that was given again has those of the question that it repeats."""
    rows = held(connection, one.id, limit=limit)
    if rows:
        return rows
    same = [other for other in decisions(connection, account=one.account, run_id=one.run_id) if other.kind == one.kind]
    return next((rows for other in same if (rows := held(connection, other.id, limit=limit))), [])


def _data(connection: Connection, one: Decision) -> dict[str, Any]:
    return {**asdict(one), "held": _held(connection, one, limit=EVERYBODY)}


def _next(action: str, asked: Iterable[Decision]) -> Iterator[str]:
    if action == "approve":
        accounts = sorted({one.account for one in asked})
        yield ""
        yield "  The next sync applies it, if its plan is still exactly this one."
        yield from (f"  At once: make sync ACCOUNT={account} MODE=replay" for account in accounts)
    elif action == "reject":
        yield ""
        yield "  They stay as they are, and nobody is asked again until the plan changes."
