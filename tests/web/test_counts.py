"""Numbers of the page on real nights: undone work counts as nothing, a day without a reading as the last one before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from entra_sync.db import connect, statement
from entra_sync.undo import undo_run
from tests.load.factory import Directory, Nights

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def nights(database_url: str) -> Nights:
    """The account contoso, before its first night."""
    return Nights(url=database_url)


def asked(nights: Nights, name: str, **values: Any) -> list[dict[str, Any]]:
    with connect(nights.url) as connection:
        return connection.execute(statement(name), values).fetchall()


def counted(nights: Nights) -> tuple[int, ...]:
    """Runs, joiners, leavers and changed of the one day on which the test runs."""
    (row,) = asked(nights, "web/nights", account_ids=[1], zone="UTC", since=SINCE)
    return tuple(int(row[name]) for name in ("runs", "joiners", "leavers", "changed"))


def test_what_was_undone_and_its_undo_count_as_nothing(nights: Nights) -> None:
    nights.run(Directory.of("ada", "bea", "cy"))
    later = Directory.of("ada", "zed", "yan")
    later.people["ada"].values["job_title"] = "Chief"
    run = nights.run(later)
    assert counted(nights) == (2, 5, 2, 1)

    undo_run(nights.url, run.run_id)
    assert counted(nights) == (2, 3, 0, 0)

    undo_run(nights.url, nights.last()["id"])
    assert counted(nights) == (2, 5, 2, 1)


def test_what_an_undo_left_standing_is_counted(nights: Nights) -> None:
    nights.run(Directory.of("ada", "bea"))
    later = Directory.of("ada", "bea", "zed")
    for name in ("ada", "bea"):
        later.people[name].values["job_title"] = "Chief"
    run = nights.run(later)
    nights.do("update peoplegoal.profile set job_title = 'Captain' where display_name ilike 'bea%%'")

    undo_run(nights.url, run.run_id)

    assert counted(nights) == (2, 2, 0, 1)


def test_an_undo_that_was_only_planned_changes_no_number(nights: Nights) -> None:
    run = nights.run(Directory.of("ada", "bea"))

    undo_run(nights.url, run.run_id, dry_run=True)

    assert counted(nights) == (1, 2, 0, 0)


def test_an_account_that_was_not_read_on_the_first_day_that_is_shown_is_no_growth(nights: Nights) -> None:
    since = date(2026, 9, 1)
    with connect(nights.url) as connection:
        ids = [
            connection.execute(
                "insert into peoplegoal.account (slug, name) values (%s, %s) returning id", (slug, slug)
            ).fetchall()[0]["id"]
            for slug in ("always", "not_on_the_first", "newer")
        ]
        for account_id, people, days in zip(
            ids, (100, 200, 7), (range(-5, 10), [-5, -1, *range(1, 10)], range(3, 10)), strict=True
        ):
            for day in days:
                connection.execute(
                    "insert into sync.headcount (account_id, date, department, active, joiners, leavers, movers_in,"
                    " movers_out) values (%s, %s, 'x', %s, 0, 0, 0, 0)",
                    (account_id, since + timedelta(days=day), people),
                )

    shown = asked(nights, "web/headcount", account_ids=ids, since=since)

    assert [row["day"] for row in shown] == [since + timedelta(days=day) for day in range(10)]
    assert [int(row["active"]) for row in shown] == [300] * 3 + [307] * 7


def test_who_is_back_waits_since_they_are_back(nights: Nights) -> None:
    directory = Directory.of("ada", "bea")
    nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'active', invited_at = now(), created_at = '2023-03-03'")
    del directory.people["ada"]
    nights.run(directory)
    back = nights.run(Directory.of("ada", "bea", "cy"))

    ada, cy = asked(nights, "web/to_invite", account_id=1, after=0, limit=51)

    (run,) = nights.rows("select started_at from sync.run where id = %s", back.run_id)
    assert (ada["is_back"], ada["since"]) == (True, run["started_at"])
    assert (cy["is_back"], cy["since"]) == (False, nights.user("cy")["created_at"])


def test_whom_an_undo_gave_back_was_never_away(nights: Nights) -> None:
    directory = Directory.of("ada", "bea")
    nights.run(directory)
    nights.do("update peoplegoal.app_user set created_at = '2023-03-03'")
    del directory.people["ada"]
    gone = nights.run(directory)
    undo_run(nights.url, gone.run_id)

    ada, _ = asked(nights, "web/to_invite", account_id=1, after=0, limit=51)

    assert (ada["is_back"], ada["since"].year) == (False, 2023)
