"""The levels of the org chart in the database: odd charts, and that no question reads more than about a level."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from entra_sync.db import Connection, connect
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from entra_sync.web.auth import Account
from entra_sync.web.chart_levels import BELOW, CIRCLE, HEADS, REPORTS, Kind, heads, reports_of, way_to
from entra_sync.web.database import PAGE
from tests.web.test_plans import explained

# The accounts of chart.sql.
TREE, FLAT, WIDE, HEADED = 1, 2, 3, 4


def account(account_id: int) -> Account:
    return Account(id=account_id, slug="a", name="A", zone=ZoneInfo("UTC"), dag_id="a", file=None, may_run=False)


def number(account_id: int, k: int) -> int:
    """The id of the k-th person in chart.sql."""
    return 4 * (k - 1) + account_id


@pytest.fixture
def small(database_url: str) -> Iterator[Connection]:
    """1 leads 2 and 3; 2 leads 4; 5 is alone; 6 has left and is still the manager of 7; 8 and 9 report to each other;
    10 has left, and so has 11, who reported to 10; 12 has left and reported to 1. 13, of another account, leads 14.
    """
    people = {1: None, 2: 1, 3: 1, 4: 2, 5: None, 6: None, 7: 6, 8: 9, 9: 8, 10: None, 11: 10, 12: 1, 13: None, 14: 13}
    with connect(database_url) as connection:
        connection.execute("insert into peoplegoal.account (slug, name) values ('a', 'A'), ('b', 'B')")
        for one in people:
            connection.execute(
                "insert into peoplegoal.app_user (account_id, entra_id, status) values (%s, md5('p' || %s)::uuid, %s)",
                (1 + (one > 12), one, "deactivated" if one in (6, 10, 11, 12) else "active"),
            )
        for one in people:
            connection.execute(
                "insert into peoplegoal.profile (user_id, account_id, display_name) values (%s, %s, %s)",
                (one, 1 + (one > 12), f"Person {one:02}"),
            )
        for one, boss in people.items():
            connection.execute("update peoplegoal.profile set manager_id = %s where user_id = %s", (boss, one))
        yield connection


def ids(people: list[dict[str, Any]]) -> list[int]:
    return [one["id"] for one in people]


def entra_id(connection: Connection, user_id: int) -> UUID:
    (row,) = connection.execute("select entra_id from peoplegoal.app_user where id = %s", (user_id,)).fetchall()
    found: UUID = row["entra_id"]
    return found


def test_heads_are_of_three_kinds(small: Connection) -> None:
    found = {kind: heads(small, account(1), kind) for kind in HEADS}

    assert {kind: ids(level.people) for kind, level in found.items()} == {"top": [1], "alone": [5], "left": [6]}
    assert [(one["team"], one["mark"]) for one in found["top"].people] == [("2 reports, 3 in all", "No manager")]
    assert [one["mark"] for one in found["left"].people] == ["Has left, and is still their manager"]
    assert ids(heads(small, account(2), "top").people) == [13]


def test_people_who_have_left_are_in_no_level(small: Connection) -> None:
    level = reports_of(small, account(1), 1)

    assert ids(level.people) == [2, 3]
    assert [one["team"] for one in level.people] == ["1 report", ""]
    assert reports_of(small, account(2), 1).people == []


def test_the_way_ends_at_a_leaver_and_where_a_circle_would_close(small: Connection) -> None:
    def way(user_id: int) -> tuple[Kind | None, list[int]]:
        kind, people = way_to(small, account(1), entra_id=entra_id(small, user_id))
        assert (kind, people) == way_to(small, account(1), user_id=user_id)
        return kind, ids(people)

    assert way(4) == ("top", [1, 2, 4])
    assert way(5) == ("alone", [5])
    assert way(7) == ("left", [6, 7])
    assert way(9) == (None, [8, 9])
    assert way_to(small, account(1), user_id=9)[1][0]["mark"] == CIRCLE
    for left in (10, 11, 12):
        assert way(left) == (None, [])
    assert way_to(small, account(1), user_id=13) == (None, [])


@pytest.fixture(scope="module")
def large(postgres: Postgres) -> Iterator[Connection]:
    postgres.create_database("large_chart")
    url = postgres.url("large_chart")
    migrate(url)
    with connect(url) as connection:
        connection.execute((Path(__file__).parent / "chart.sql").read_text(encoding="utf-8"))  # type: ignore[arg-type]
        connection.commit()
        yield connection
    postgres.drop_database("large_chart")


def read(connection: Connection, name: str, **values: Any) -> int:
    """How many rows of tables and entries of indexes a statement looks at."""
    found = explained(connection, name, values)
    scans = [n for n in found if n["Node Type"].endswith("Scan") and ("Relation Name" in n or "Index Name" in n)]
    assert {n["Relation Name"] for n in scans if n["Node Type"] == "Seq Scan"} <= {"account_state"}
    return round(sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in scans))


@pytest.mark.parametrize(
    ("name", "account_id", "manager", "most"),
    [
        # Of each person looked at: profile and user; of a head also whether anybody reports to them.
        ("web/chart_top", TREE, None, 10),
        ("web/chart_top", FLAT, None, 10),
        ("web/chart_top", WIDE, None, 10),
        ("web/chart_top", HEADED, None, 6 * (PAGE + 1)),
        ("web/chart_alone", TREE, None, 10),
        ("web/chart_alone", FLAT, None, 6 * (PAGE + 1)),
        ("web/chart_alone", HEADED, None, 6 * 1_000),  # all its heads lead somebody: none of them is meant
        ("web/chart_left", TREE, None, 6 * 10),
        ("web/chart_left", FLAT, None, 10),
        ("web/chart_reports", TREE, 1, 2 * 8),
        ("web/chart_reports", WIDE, 1, 6 * (PAGE + 1)),
    ],
)
def test_a_level_is_found_by_reading_about_its_people(
    large: Connection, name: str, account_id: int, manager: int | None, most: int
) -> None:
    values = {"account_id": account_id, "limit": PAGE + 1}
    if manager:
        values["manager_id"] = number(account_id, manager)
    assert read(large, name, after=0, **values) <= most
    assert read(large, name, after=number(account_id, 15_000), **values) <= most


@pytest.mark.parametrize("account_id", [TREE, FLAT, WIDE, HEADED])
def test_cards_read_their_people_and_a_bounded_number_below(large: Connection, account_id: int) -> None:
    levels = [heads(large, account(account_id), kind) for kind in HEADS]
    levels += [reports_of(large, account(account_id), number(account_id, k)) for k in (1, 2)]
    seen = 0
    for level in levels:
        some, reports = ids(level.people), sum(one["reports"] for one in level.people)
        seen += len(some)
        leads = [one["id"] for one in level.people if one["reports"]]
        # Leavers are looked at as well: every seventh.
        key = {"account_id": account_id}
        assert read(large, "web/chart_cards", **key, ids=some, most=REPORTS) <= 2.4 * (len(some) + reports)
        assert read(large, "web/chart_below", **key, ids=leads, most=BELOW) <= 2.4 * (len(some) + BELOW)
        # What a hundred nights said of 20 of them.
        assert read(large, "web/chart_marks", **key, ids=some) <= 4 * len(some) + 2 * 100 * 20
    assert seen >= PAGE or account_id == TREE


def test_a_manager_of_20_000_is_opened_page_by_page(large: Connection) -> None:
    boss = number(WIDE, 1)
    (top,) = heads(large, account(WIDE), "top").people
    found: list[int] = []
    after: int | None = 0
    for _ in range(5):
        level = reports_of(large, account(WIDE), boss, after=after or 0)
        after = level.after
        found += ids(level.people)

    assert (top["reports"], top["team"]) == (REPORTS, "1,000+ reports")
    assert sorted(found) == [number(WIDE, k) for k in range(2, 2 + 5 * PAGE)]
    assert after == max(found)


def test_all_below_are_counted_while_they_are_few(large: Connection) -> None:
    def team(k: int) -> str:
        return str(way_to(large, account(TREE), user_id=number(TREE, k))[1][-1]["team"])

    # 1,000 leads 8 who lead 8 each, some of whom have left; 2 leads thousands.
    left = sum(k % 7 == 0 for k in range(63_946, 64_010))
    assert team(1_000) == f"8 reports, {72 - left} in all"
    assert team(2) == team(1) == "8 reports"


def test_the_way_to_the_last_of_100_000_is_read_step_by_step(large: Connection) -> None:
    values = {"account_id": TREE, "user_id": None, "entra_id": str(entra_id(large, number(TREE, 99_999)))}
    kind, way = way_to(large, account(TREE), entra_id=UUID(values["entra_id"]))

    assert (kind, len(way)) == ("top", 7)
    assert read(large, "web/chart_way", **values) <= 2 * 7 + 2
