"""The weekly summary: which week is due, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from entra_sync.db import Connection, statement

# Monday, in the account's zone.
TOLD_AT = time(7)


@dataclass(frozen=True, kw_only=True)
class Week:
    """Runs by outcome, people by what happened to them, what waits now, errors by code, and the last good reading."""

    first: date
    last: date
    good: int
    failed: int
    skipped: int
    joined: int
    departed: int
    changed: int
    open_questions: int
    open_items: int
    errors: Sequence[tuple[str, int]]
    shown: datetime | None


def due(now: datetime, zone: str) -> date:
    """The Monday on which the newest week begins whose summary may be told: from Monday at seven on, the last week."""
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    told = local >= datetime.combine(monday, TOLD_AT, ZoneInfo(zone))
    return monday - timedelta(days=7 if told else 14)


def key_of(monday: date) -> str:
    """Such as 2026-W47."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def week_of(connection: Connection, account_id: int, monday: date, zone: str) -> Week | None:
    """The numbers of the week, or None when nothing ran in it and none of its nights was left out."""
    start, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (monday, monday + timedelta(days=7)))
    key = {"account_id": account_id, "since": start, "until": end}
    (counts,) = connection.execute(statement("notify/week"), key).fetchall()
    (night,) = connection.execute(statement("notify/skipped_nights"), key).fetchall()
    if not (counts["good"] or counts["failed"] or night["skipped"]):
        return None
    errors = connection.execute(statement("notify/week_errors"), key).fetchall()
    questions = connection.execute(statement("notify/open_decisions"), key).fetchall()
    state = connection.execute(statement("notify/state"), key).fetchone()
    return Week(
        first=monday,
        last=monday + timedelta(days=6),
        skipped=night["skipped"],
        open_questions=len(questions),
        open_items=sum(row["items"] for row in questions),
        errors=[(row["code"], row["count"]) for row in errors],
        shown=state["applied_as_of"] if state else None,
        **counts,
    )
