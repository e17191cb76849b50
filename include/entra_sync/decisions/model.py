"""Decisions as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entra_sync.db import Connection, statement
from entra_sync.errors import EntraSyncError
from entra_sync.words import leaving_words, limit_words

Row = dict[str, Any]

WHAT = {
    "too_many_deactivations": "{items:,} of {population:,} people would be deactivated",
    "too_many_creations": "{items:,} people would be created beside the {population:,} that are there",
    "too_much_team_loss": "{items:,} members would be taken out of teams that have {population:,}",
}
LISTED = 1000


class AlreadyDecided(EntraSyncError):
    """The question is not open any more."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A row of sync.decision. ``account``: slug; ``over``: the limit, as the account file has it; times in UTC.

    ``is_newest``: no later question of this kind was put to the account; ``is_late``: open, but its time is over.
    """

    id: int
    account: str
    account_name: str
    run_id: int
    kind: str
    items: int
    population: int
    over: str
    status: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    applied_run_id: int | None
    is_late: bool
    is_newest: bool

    @property
    def what(self) -> str:
        """What would happen, to how many of how many."""
        return WHAT[self.kind].format(items=self.items, population=self.population)

    @property
    def limit(self) -> str:
        """The limit, in words."""
        return limit_words(self.kind, self.over)


def decisions(
    connection: Connection,
    *,
    account: str | None = None,
    run_id: int | None = None,
    waiting: bool = False,
    limit: int = LISTED,
) -> list[Decision]:
    """Decisions, newest question first; ``waiting``: only those that may be answered now."""
    return _read(connection, account=account, run_id=run_id, decision_id=None, waiting=waiting, limit=limit)


def decision(connection: Connection, decision_id: int) -> Decision:
    """One of them. Raises EntraSyncError when there is none with this id."""
    found = _read(connection, account=None, run_id=None, decision_id=decision_id, waiting=False, limit=1)
    if not found:
        raise EntraSyncError(f"There is no decision {decision_id}.", hint="entra-sync decisions lists them.")
    return found[0]


def held(connection: Connection, decision_id: int, *, limit: int) -> list[Row]:
    """The changes that wait for it, as sync.change has them: people's names, for the screen only."""
    return connection.execute(statement("decisions/held"), {"decision_id": decision_id, "limit": limit}).fetchall()


def question(connection: Connection, decision_id: int) -> tuple[str, str]:
    """Subject and text (Markdown) of the question to a person: counts and reasons, nobody's name.

    Its last line tells which decision it is: by that the page Sync history finds it in Airflow.
    """
    asked = decision(connection, decision_id)
    reasons = connection.execute(statement("decisions/reasons"), {"decision_id": decision_id}).fetchall()
    lines = [
        f"**{asked.what}** in the account `{asked.account}`; the limit is {asked.limit}.",
        "",
        *[f"- {row['people']:,}: {leaving_words(row['reason'])}" for row in reasons],
        "",
        f"Nothing was done to them. All else of run {asked.run_id} was applied.",
        f"Who they are: [Sync history](/sync-history/runs/{asked.run_id}/held), "
        f"or `entra-sync decisions show {asked.run_id}`.",
        "",
        "*Approve once* applies exactly these changes, by a run that starts at once; a plan that changed meanwhile is "
        f"asked about again. No answer until {asked.expires_at:%Y-%m-%d %H:%M} UTC means no.",
        "",
        f"Decision {asked.id}.",
    ]
    return f"{asked.account_name}: {asked.what}", "\n".join(lines)


def _read(connection: Connection, **values: Any) -> list[Decision]:
    return [Decision(**row) for row in connection.execute(statement("decisions/list"), values).fetchall()]
