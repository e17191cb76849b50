"""No page reads a table whole: what PostgreSQL plans for each statement on a history of some size."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import entra_sync
from entra_sync.db import Connection, connect, sql_folder, statement
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from entra_sync.web.views import TEAMS, USERS, View, changes

PERSON = {"account_id": 2, "entra_id": "0d9d4a8c-b4ba-8ac9-ba6e-5d0e2d0c9f0e", "user_id": 21}
RUNS: dict[str, Any] = {"account_ids": [1, 2, 3, 4], "status": None, "before": None, "since": None, "until": None}
LEVEL = {"account_id": 2, "after": 0, "limit": 51}
CARDS = {"account_id": 2, "ids": [9, 13, 21], "most": 100}
DECISIONS: dict[str, Any] = {"account": None, "run_id": None, "decision_id": None, "waiting": False, "limit": 1000}
# What is read whole has a row per account at most.
SMALL = {"account", "account_state"}
# Nobody asks these for the page, though they are sent by a module of which the page uses something else.
NOT_OF_THE_PAGE = {"decisions/held", "decisions/reasons"}


def rows_of(view: View, run_id: int, after: int = 0) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "entities": [entity for entity, _ in view.kinds],
        "actions": [action for _, action in view.kinds],
        "statuses": list(view.statuses),
        "once": view.once,
        "after": after,
        "pattern": None,
        "limit": 51,
    }


CASES: list[tuple[str, dict[str, Any]]] = [
    ("web/settings", {}),
    ("web/accounts", {}),
    ("web/nights", {"account_ids": [1, 2, 3, 4], "zone": "UTC", "since": date.today() - timedelta(days=29)}),
    ("web/headcount", {"account_ids": [1, 2, 3, 4], "since": date.today() - timedelta(days=89)}),
    ("decisions/list", {**DECISIONS, "waiting": True}),
    *(("decisions/list", {**DECISIONS, "account": "account-2", "run_id": run_id}) for run_id in (1, 5001, 5992)),
    ("record/run", {"run_id": 77}),
    ("record/checks", {"run_id": 77}),
    ("record/check_counts", {"run_id": 77}),
    ("web/runs", {**RUNS, "limit": 51}),
    ("web/runs", {**RUNS, "before": 3000, "limit": 51}),
    ("web/runs", {**RUNS, "status": "failed", "limit": 51}),
    ("web/runs", {**RUNS, "status": "held", "limit": 51}),
    ("web/runs", {**RUNS, "account_ids": [3], "since": date(2026, 1, 1), "until": date(2026, 2, 1), "limit": 51}),
    ("notify/nights", {"account_ids": [1, 2, 3, 4], "limit": 1}),
    ("notify/nights", {"account_ids": [2], "limit": 400}),
    ("web/run_of", {"account_id": 2, "dag_run_id": "r77"}),
    ("web/progress", {"account_id": 2, "dag_run_id": "r77"}),
    ("web/progress", {"account_id": 2, "dag_run_id": None}),
    *(("web/changes", rows_of(view, run_id, 5)) for view in (*USERS, *TEAMS) for run_id in (1, 3000)),
    ("web/issues", {"run_id": 7, "code": "manager_cycle", "after": 0, "pattern": None, "limit": 51}),
    ("web/issue_codes", {"run_id": 7}),
    ("web/person", PERSON),
    ("web/managers", PERSON),
    ("explain/changes", {**PERSON, "run_id": None, "limit": 400}),
    ("explain/changes", {**PERSON, "run_id": 1, "limit": 400}),
    ("explain/forgotten", PERSON),
    ("explain/issues", {**PERSON, "run_id": 5992}),
    ("explain/names", {"account_id": 2, "ids": [PERSON["entra_id"]]}),
    ("explain/newest_of_snapshot", {"account": "account-2", "snapshot_uri": "/store/landing/account/77"}),
    ("explain/teams", PERSON),
    ("explain/users", {"account_id": 2, "entra_id": PERSON["entra_id"], "email": "p21@example.com"}),
    ("explain/users", {"account_id": 2, "entra_id": None, "email": "p21@example.com"}),
    ("web/answers", {"account_id": 2, "ids": [1, 2]}),
    ("web/to_invite", {"account_id": 2, "after": 500, "limit": 51}),
    ("web/waiting_count", {"account_id": 2}),
    ("web/leavers", {"account_id": 2, "pattern": "%anna%", "limit": 50}),
    ("web/chart_top", LEVEL),
    ("web/chart_alone", LEVEL),
    ("web/chart_left", LEVEL),
    ("web/chart_reports", {**LEVEL, "manager_id": 9}),
    ("web/chart_cards", CARDS),
    ("web/chart_below", CARDS),
    ("web/chart_marks", {"account_id": 2, "ids": [9, 13, 21]}),
    ("web/chart_way", {"account_id": 2, "user_id": 21, "entra_id": None}),
    ("web/chart_way", {"account_id": 2, "user_id": None, "entra_id": PERSON["entra_id"]}),
]


@pytest.fixture(scope="module")
def old(postgres: Postgres) -> Iterator[Connection]:
    postgres.create_database("old_history")
    url = postgres.url("old_history")
    migrate(url)
    with connect(url) as connection:
        connection.execute((Path(__file__).parent / "history.sql").read_text(encoding="utf-8"))  # type: ignore[arg-type]
        connection.commit()
        yield connection
    postgres.drop_database("old_history")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def explained(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    (row,) = connection.execute("explain (analyze, format json) " + statement(name), values).fetchall()
    return list(nodes(row["QUERY PLAN"][0]["Plan"]))


@pytest.mark.parametrize(
    ("name", "values"), CASES, ids=[f"{n}-{name.split('/')[1]}" for n, (name, _) in enumerate(CASES)]
)
def test_no_table_is_read_whole(old: Connection, name: str, values: dict[str, Any]) -> None:
    whole = [n["Relation Name"] for n in explained(old, name, values) if n["Node Type"].endswith("Seq Scan")]

    assert set(whole) <= SMALL


def read(found: list[dict[str, Any]], table: str) -> float:
    """How many rows of a table were looked at, those too that were not taken."""
    nodes_of_table = [n for n in found if n.get("Relation Name") == table]
    return sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in nodes_of_table)


def test_a_page_of_a_large_run_reads_about_a_page(old: Connection) -> None:
    for view in USERS[:2]:
        found = explained(old, "web/changes", rows_of(view, 1, 100))
        assert 51 <= read(found, "change") <= 51 * 10, view.key


def test_a_page_of_a_night_reads_nothing_of_other_nights(old: Connection) -> None:
    (night,) = old.execute("select count(*) as rows from sync.change where run_id = 3000").fetchall()
    found = explained(old, "web/changes", rows_of(USERS[0], 3000))

    # Each is looked at as itself, and as the other row of the same person.
    assert night["rows"] <= read(found, "change") <= 2 * night["rows"]


def test_what_a_run_withheld_is_found_by_the_rows_of_that_run(old: Connection) -> None:
    (held,) = old.execute(
        "select run_id, count(*) as rows from sync.change where status = 'held' group by run_id order by run_id limit 1"
    ).fetchall()
    found = explained(old, "decisions/list", {**DECISIONS, "run_id": held["run_id"]})

    assert read(found, "change") == held["rows"]
    assert read(found, "decision") <= 4


def test_the_first_page_of_everybody_leaves_profiles_of_new_users_aside(old: Connection) -> None:
    run = {"id": 1, "account_id": 1, "users_updated": 0}

    rows, more = changes(old, run, USERS[0])

    assert more
    assert {row["entity"] for row in rows} == {"user"}
    assert all(row["diff"] for row in rows)


def test_a_page_of_the_history_reads_about_a_page(old: Connection) -> None:
    for before in (None, 3000, 300):
        found = explained(old, "web/runs", {**RUNS, "before": before, "limit": 51})
        assert 51 <= read(found, "run") <= 4 * 51 + 10


def test_every_statement_of_the_page_is_looked_at() -> None:
    package = Path(entra_sync.__file__).parent
    modules = [*(package / "web").glob("*.py"), *(package / "explain").glob("*.py")]
    modules += [package / "decisions" / "model.py", package / "notify" / "nights.py"]
    texts = {
        node.value
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {one for one in texts if "/" in one and (sql_folder() / f"{one}.sql").is_file()}
    of_the_folder = {f"web/{path.stem}" for path in (sql_folder() / "web").glob("*.sql")}

    assert of_the_folder <= named
    assert named > {"decisions/list", "explain/changes", "record/run", *NOT_OF_THE_PAGE}
    assert {name for name, _ in CASES} == named - NOT_OF_THE_PAGE


def test_the_chart_of_nights_reads_its_days_only(old: Connection) -> None:
    (row,) = old.execute("select now() - interval '30 days' as since").fetchall()
    values = {"account_ids": [1, 2, 3, 4], "zone": "UTC", "since": row["since"]}
    found = explained(old, "web/nights", values)

    assert not [n for n in found if n["Node Type"].endswith("Seq Scan")]
    assert max(n["Actual Rows"] for n in found) <= 4 * 31


def test_the_chart_of_nights_reads_of_undone_runs_what_they_changed(old: Connection) -> None:
    (newest,) = old.execute("select max(id) as id from sync.run").fetchall()
    changes_of_it = "select count(*) as rows from sync.change where run_id = %s and entity in ('user', 'profile')"
    (changed,) = old.execute(changes_of_it, (newest["id"],)).fetchall()
    values = {"account_ids": [1, 2, 3, 4], "zone": "UTC", "since": date.today() - timedelta(days=29)}
    with old.transaction(force_rollback=True):
        # Taken back, and taken back once more after the first undo was undone.
        old.execute(
            "insert into sync.run (account_id, dag_id, dag_run_id, attempt, run_type, mode, status, undoes)"
            " select account_id, 'd', 'u' || n, 1, 'manual', 'full', 'success', id"
            " from sync.run, generate_series(1, 2) as n where id = %s",
            (newest["id"],),
        )
        found = explained(old, "web/nights", values)

    assert not [n for n in found if n["Node Type"].endswith("Seq Scan")]
    assert 0 < changed["rows"] == read(found, "change")
