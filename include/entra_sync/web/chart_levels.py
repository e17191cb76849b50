"""What the org chart is drawn from: a part of one level at a time, found by key, and what the card of each person says.

No question reads more than about a level, however large the account: counts end at ``REPORTS`` and ``BELOW``.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from entra_sync.db import Connection, statement
from entra_sync.web.auth import Account
from entra_sync.web.database import Row, page_of
from entra_sync.words import DROPPED

# Who has nobody above: heads who lead somebody, those who lead nobody, and leavers who are still somebody's manager.
Kind = Literal["top", "alone", "left"]
HEADS: dict[Kind, str] = {"top": "web/chart_top", "alone": "web/chart_alone", "left": "web/chart_left"}
# Counted no further: who reports to one manager, and who is below the people of one part together.
REPORTS, BELOW = 1_000, 2_000
CIRCLE = "Above them is a circle of managers"


@dataclass(frozen=True, kw_only=True)
class Level:
    """People of a level; ``after``: the user after whom the next part begins, None at the end of the level."""

    people: list[Row]
    after: int | None


def heads(connection: Connection, account: Account, kind: Kind, *, after: int = 0) -> Level:
    """Those of one kind who have nobody above; of each part those with the largest teams first, then by name."""
    return _level(connection, account, HEADS[kind], _largest_first, after=after)


def reports_of(connection: Connection, account: Account, manager_id: int, *, after: int = 0) -> Level:
    """Who reports to a user; of each part those who lead somebody first, then by name."""
    return _level(connection, account, "web/chart_reports", _leads_first, manager_id=manager_id, after=after)


def way_to(
    connection: Connection, account: Account, *, user_id: int | None = None, entra_id: UUID | None = None
) -> tuple[Kind | None, list[Row]]:
    """From the top down to one person, and the kind of who is first; empty for somebody who is not in the chart.

    The kind is None below a circle, which has no top.
    """
    values = {"account_id": account.id, "user_id": user_id, "entra_id": str(entra_id) if entra_id else None}
    ids = [row["id"] for row in connection.execute(statement("web/chart_way"), values)]
    found = {one["id"]: one for one in _cards(connection, account, ids, apart=True)}
    way = [found[one] for one in reversed(ids)]
    if not way:
        return None, []
    first = way[0]
    if first["left"]:
        return ("left", way) if first["reports"] else (None, [])
    if first["manager_id"] is not None:
        return None, [{**first, "mark": CIRCLE, "warns": True}, *way[1:]]
    return ("top" if first["reports"] else "alone"), way


def _level(connection: Connection, account: Account, name: str, order: Callable[[Row], Any], **values: Any) -> Level:
    rows, more = page_of(connection, name, account_id=account.id, **values)
    people = sorted(_cards(connection, account, [row["id"] for row in rows]), key=order)
    return Level(people=people, after=rows[-1]["id"] if more else None)


def _cards(connection: Connection, account: Account, ids: list[int], *, apart: bool = False) -> list[Row]:
    """What the cards of some people say: ``team`` and ``mark`` in words; ``warns``: the mark is no matter of course.

    Who is below them is counted together, or ``apart``: one by one, as long as they are few.
    """
    key = {"account_id": account.id}
    rows = connection.execute(statement("web/chart_cards"), {**key, "ids": ids, "most": REPORTS}).fetchall()
    leads = {row["id"] for row in rows if row["reports"]}
    below: dict[int, int] = {}
    for some in [[one] for one in ids if one in leads] if apart else [list(leads)]:
        counted = connection.execute(statement("web/chart_below"), {**key, "ids": some, "most": BELOW}).fetchall()
        if not counted:
            break
        below |= {row["id"]: row["below"] for row in counted}
    found = connection.execute(statement("web/chart_marks"), {**key, "ids": ids}).fetchall()
    dropped = {row["id"]: DROPPED[row["code"]] for row in found if row["code"] in DROPPED}
    return [_card(row, below.get(row["id"]), dropped.get(row["id"])) for row in rows]


def _card(row: Row, below: int | None, dropped: str | None) -> Row:
    left = row.pop("status") == "deactivated"
    mark = "No manager" if row["manager_id"] is None else ""
    if left:
        mark = "Has left, and is still their manager"
    elif dropped:
        mark = "No manager: Entra's was not taken" if mark else "Entra's manager was not taken"
    why = dropped or "" if not left else ""
    team = _team(row["reports"], below)
    return {**row, "left": left, "below": below, "team": team, "mark": mark, "why": why, "warns": bool(left or dropped)}


def _team(reports: int, below: int | None) -> str:
    if not reports:
        return ""
    number = f"{reports:,}+" if reports >= REPORTS else f"{reports:,}"
    direct = f"{number} {'report' if reports == 1 else 'reports'}"
    return f"{direct}, {below:,} in all" if below and below > reports else direct


def _leads_first(one: Row) -> tuple[bool, str]:
    return not one["reports"], _plain(one["name"])


def _largest_first(one: Row) -> tuple[int, str]:
    return -(one["below"] or one["reports"]), _plain(one["name"])


def _plain(name: str | None) -> str:
    """As names are sorted: without accents, in lower case."""
    letters = unicodedata.normalize("NFKD", name or "")
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()
