"""The account's limits, held against the whole plan before the first write: what is over one waits for a person.

The harmless part of the night is applied, the rest is held, named row by row, under a decision of its kind. An approval
counts once, and only for exactly the rows that were shown: their fingerprint is what the answer is bound to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entra_sync.config.guards import Guards, Limit, TeamLoss
from entra_sync.db import Connection, statement
from entra_sync.load.decisions import Question, Verdict, verdict
from entra_sync.record.runs import Run
from entra_sync.words import limit_words


@dataclass(frozen=True, kw_only=True)
class Held:
    """What one limit withheld. ``decision_id`` is null when nobody is asked: in a dry run or a preview."""

    kind: str
    items: int
    population: int
    over: str
    message: str
    decision_id: int | None
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Holds the plan of one run against the limits. ``asks``: whether decisions are written, or only read."""

    connection: Connection
    run: Run
    guards: Guards
    asks: bool

    def leavers(self) -> list[Held]:
        """Hold everybody who would be deactivated, when they are too many."""
        found = self._row("count_leavers")
        over = _over(found, self.guards.max_deactivations)
        words = "{items} of {population} people would be deactivated{share}"
        return self._hold("too_many_deactivations", found, over, words, "max_deactivations", "hold_leavers")

    def newcomers(self) -> list[Held]:
        """Hold everybody who would be created, when they are too many; the account's first load is free of it."""
        found = self._row("count_newcomers")
        over = _over(found, self.guards.max_creations) if found["population"] else None
        words = "{items} people would be created beside the {population} that are there{share}"
        return self._hold("too_many_creations", found, over, words, "max_creations", "hold_newcomers")

    def team_losses(self) -> list[Held]:
        """Hold the members whom teams would lose, where one loses too many."""
        limit = self.guards.max_team_loss or TeamLoss(percent=None)
        over = None
        if limit.percent is not None:
            values = {"min_members": limit.min_members, "percent": limit.percent}
            self.connection.execute(statement("load/plan_team_losses"), values)
        found = self._row("count_team_losses")
        if found["items"]:
            over = f"percent: {limit.percent:g}"
        words = (
            "{items} members would be taken out of {teams}; the worst loses {worst_lost} of {worst_members} ({worst})"
        )
        teams = f"{found['teams']} teams" if found["teams"] > 1 else "a team"
        facts = {**found, "teams": teams}
        return self._hold("too_much_team_loss", facts, over, words, "max_team_loss", "hold_team_losses")

    def _row(self, name: str) -> dict[str, Any]:
        (row,) = self.connection.execute(statement(f"load/{name}")).fetchall()
        return row

    def _hold(self, kind: str, found: dict[str, Any], over: str | None, words: str, key: str, hold: str) -> list[Held]:
        """Ask the decisions about rows that are over a limit, and hold them unless they were approved."""
        question = None
        if over is not None:
            question = Question(
                fingerprint=found["fingerprint"], items=found["items"], population=found["population"], over=over
            )
        answer: Verdict = verdict(
            self.connection, self.run, kind, question, hours=self.guards.decide_within_hours, writes=self.asks
        )
        if question is None or answer.is_approved:
            return []
        self.connection.execute(statement(f"load/{hold}"), {"decision_id": answer.decision_id})
        said = words.format(**found, share=_share(question.items, question.population))
        return [
            Held(
                kind=kind,
                items=question.items,
                population=question.population,
                over=question.over,
                message=f"{said}; the limit guards.{key} is {limit_words(kind, question.over)}. {answer.words}",
                decision_id=answer.decision_id,
                is_open=answer.is_open,
            )
        ]


def exceeded(number: int, population: int, limit: Limit) -> str | None:
    """The limit that is exceeded, as the account file has it. Below ``min_population`` only ``count`` applies."""
    if limit.count is not None and number > limit.count:
        return f"count: {limit.count}"
    if limit.percent is not None and population >= limit.min_population and number * 100 > population * limit.percent:
        return f"percent: {limit.percent:g}"
    return None


def _over(found: dict[str, Any], limit: Limit | None) -> str | None:
    return exceeded(found["items"], found["population"], limit) if limit else None


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.0%})" if whole else ""
