"""The account's limits, held against the whole plan before the first write."""

from __future__ import annotations

from dataclasses import dataclass

from entra_sync.config.guards import Guards, Limit, TeamLoss
from entra_sync.db import Connection, statement
from entra_sync.errors import GuardExceeded

HINT = "Nothing was written. If the plan is right, raise {key} in the account file for one run; `null` switches it off."


@dataclass(frozen=True, kw_only=True)
class PlanNumbers:
    """``population``: users of the account that are not deactivated today."""

    population: int
    deactivations: int
    creations: int
    is_empty: bool
    no_groups: bool
    complete: bool


def broken_guards(connection: Connection, numbers: PlanNumbers, guards: Guards) -> list[GuardExceeded]:
    """The limits that the plan breaks, as errors to raise or to report; none when all hold."""
    found = [_leavers(numbers, guards.max_deactivations), _joiners(numbers, guards.max_creations)]
    found.append(_team_loss(connection, guards.max_team_loss))
    return [error for error in found if error is not None]


def exceeded(number: int, population: int, limit: Limit) -> str | None:
    """The limit that ``number`` is over, in words. Below ``min_population`` only ``count`` applies."""
    if limit.count is not None and number > limit.count:
        return f"count: {limit.count}"
    if limit.percent is not None and population >= limit.min_population and number * 100 > population * limit.percent:
        return f"percent: {limit.percent:g}"
    return None


def _leavers(numbers: PlanNumbers, limit: Limit | None) -> GuardExceeded | None:
    over = limit and exceeded(numbers.deactivations, numbers.population, limit)
    if not over:
        return None
    return GuardExceeded(
        f"{numbers.deactivations} of {numbers.population} people would be deactivated"
        f"{_share(numbers.deactivations, numbers.population)}; the limit guards.max_deactivations is {over}.",
        hint=HINT.format(key="guards.max_deactivations"),
        code="too_many_deactivations",
    )


def _joiners(numbers: PlanNumbers, limit: Limit | None) -> GuardExceeded | None:
    """An account with nobody in it is being filled for the first time."""
    if numbers.population == 0:
        return None
    over = limit and exceeded(numbers.creations, numbers.population, limit)
    if not over:
        return None
    return GuardExceeded(
        f"{numbers.creations} people would be created beside the {numbers.population} that are there"
        f"{_share(numbers.creations, numbers.population)}; the limit guards.max_creations is {over}.",
        hint=HINT.format(key="guards.max_creations"),
        code="too_many_creations",
    )


def _team_loss(connection: Connection, limit: TeamLoss | None) -> GuardExceeded | None:
    """Members who leave the account do not count, and a team that is gone is not a loss of members."""
    if limit is None or limit.percent is None:
        return None
    values = {"min_members": limit.min_members, "percent": limit.percent}
    losses = connection.execute(statement("load/team_losses"), values).fetchall()
    if not losses:
        return None
    worst = losses[0]
    return GuardExceeded(
        f"{len(losses)} teams would lose too many members; the worst is the {worst['kind']} team "
        f"{worst['entra_id']}, {worst['lost']} of {worst['members']}{_share(worst['lost'], worst['members'])};"
        f" the limit guards.max_team_loss is percent: {limit.percent:g}.",
        hint=HINT.format(key="guards.max_team_loss"),
        code="too_much_team_loss",
    )


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.0%})" if whole else ""
