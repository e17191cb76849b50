"""Runs: every number opens into its names, lists page by key, exports hold all and compute nothing."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import httpx
import pytest

from entra_sync.db import connect
from entra_sync.web.csv_file import FORMULA
from entra_sync.web.views import TEAMS, USERS, View, changes
from tests.web.conftest import Site
from tests.web.names import FORMULA as FORMULA_NAME
from tests.web.names import NASTY

SAME = {"sec-fetch-site": "same-origin"}
COUNTED = [(tab, view) for tab, views in (("users", USERS), ("teams", TEAMS)) for view in views if view.counter]


def exported(client: httpx.Client, path: str, **data: str) -> list[dict[str, str]]:
    answer = client.post(path, data=data) if data else client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(("tab", "view"), COUNTED, ids=[f"{tab}-{view.key}" for tab, view in COUNTED])
def test_every_number_opens_into_as_many_names(site: Site, tab: str, view: View) -> None:
    runs = site.rows("select * from sync.run order by id")
    seen = 0
    with connect(site.database_url) as connection:
        for run in runs:
            rows, more = changes(connection, run, view, size=10_000)
            assert not more
            assert len(rows) == run[view.counter], (run["id"], view.key)
            assert len({(row["entity"], row["seq"]) for row in rows}) == len(rows)
            seen += len(rows)
    assert seen or view.key in ("left", "back"), "the nights have none of these"


def test_a_role_that_changes_counts_its_team_once(site: Site, database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("insert into peoplegoal.account (slug, name) values ('one', 'One')")
        run = connection.execute(
            "insert into sync.run (account_id, dag_id, dag_run_id, attempt, run_type, mode)"
            " select id, 'd', 'r', 1, 'manual', 'full' from peoplegoal.account returning *"
        ).fetchone()
        assert run is not None
        connection.execute(
            "insert into sync.change (run_id, seq, entity, action, team_id, entra_id, label, status, fields)"
            " select %(run)s, seq, entity, action, team_id, gen_random_uuid(), 'x', 'applied', '{}' from (values"
            " (1, 'team', 'update', 1), (2, 'team_member', 'update', 1), (3, 'team_member', 'update', 2),"
            " (4, 'team_member', 'update', 2), (5, 'team_member', 'add', 3)) as v (seq, entity, action, team_id)",
            {"run": run["id"]},
        )
        counted = connection.execute("select teams_updated from sync.run_count").fetchone()
        rows, _ = changes(connection, run, next(view for view in TEAMS if view.key == "changed"))

    assert counted == {"teams_updated": 2}
    assert [row["seq"] for row in rows] == [1, 3]


def test_the_pages_of_a_list_together_are_the_export(site: Site) -> None:
    run = site.run_of("contoso", "success")
    path = f"/runs/{run['id']}/users"
    names: list[str] = []
    with site.client("viewer", **SAME) as client:
        address: str | None = f"{path}?show=new"
        while address:
            text = client.get(address).text
            names += re.findall(r'<th scope="row"><a href="[^"]+"><bdi>(.*?)</bdi>', text)
            following = re.search(r'formaction="/sync-history([^"]+after=\d+)"', text)
            address = unescape(following[1]) if following else None
        rows = exported(client, f"{path}.csv?show=new")

    assert len(names) == run["users_created"] > 200
    assert sorted({unescape(name) for name in names}) == sorted({row["name"] for row in rows})
    assert len({row["object id"] for row in rows}) == run["users_created"]
    assert {"display_name", "job_title", "email"} <= {row["field"] for row in rows}


def test_an_updated_person_shows_old_and_new(site: Site) -> None:
    run = site.rows("select * from sync.run where status = 'held' and not dry_run")[0]
    expected = site.rows(
        "select entra_id::text from sync.change where run_id = %s and fields ? 'department'", run["id"]
    )
    with site.client("viewer", **SAME) as client:
        rows = exported(client, f"/runs/{run['id']}/users.csv?show=updated")

    moved = [row for row in rows if row["field"] == "department"]
    assert {row["object id"] for row in moved} == {row["entra_id"] for row in expected}
    assert len(moved) >= 8
    assert {row["new"] for row in moved} == {"Research & Development"}
    assert all(row["old"] for row in moved)


def test_names_that_are_nasty_are_shown_and_exported_harmlessly(site: Site) -> None:
    run = site.run_of("contoso", "partial")
    with site.client("viewer", **SAME) as client:
        page = client.get(f"/runs/{run['id']}/users?show=updated").text
        rows = exported(client, f"/runs/{run['id']}/users.csv?show=updated")

    assert "&lt;script&gt;alert(&#39;hello&#39;)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    cells = {cell for row in rows for cell in row.values()}
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert f"'{FORMULA_NAME}" in cells
    assert {name for name in NASTY if not name.startswith(FORMULA)} & cells


def test_a_search_finds_parts_of_names_and_takes_no_wildcard(site: Site) -> None:
    run = site.run_of("contoso", "success")
    with site.client("viewer", **SAME) as client:
        rows = exported(client, f"/runs/{run['id']}/users.csv?show=new", search="fel")
        none = client.post(f"/runs/{run['id']}/users?show=new", data={"search": "%"}).text

    assert rows
    assert all("fel" in row["name"].lower() for row in rows)
    assert "No name has “%” in it." in none


def test_errors_are_grouped_by_code_with_hint_and_people(site: Site) -> None:
    run = site.run_of("contoso", "partial")
    groups = site.rows("select code, count(*) from sync.issue where run_id = %s group by code", run["id"])
    with site.client("viewer", **SAME) as client:
        page = client.get(f"/runs/{run['id']}/issues?code=email_invalid").text
        counts = {
            group["code"]: len(exported(client, f"/runs/{run['id']}/issues.csv?code={group['code']}"))
            for group in groups
        }

    assert counts == {group["code"]: group["count"] for group in groups}
    assert sum(counts.values()) == run["errors"] + run["warnings"]
    assert "The e-mail address cannot be one" in page
    assert "Correct the address in Entra" in page
    assert page.count('<th scope="row"><a href="/sync-history/people/contoso/') == counts["email_invalid"]


def test_what_is_held_names_the_question_and_everybody_behind_it(site: Site) -> None:
    run = site.rows("select run.* from sync.decision join sync.run on run.id = decision.run_id order by run.id desc")[0]
    (decision,) = site.rows("select * from sync.decision where run_id = %s", run["id"])
    with site.client("viewer", **SAME) as client:
        page = client.get(f"/runs/{run['id']}/held").text
        rows = exported(client, f"/runs/{run['id']}/held.csv")
        summary = client.get(f"/runs/{run['id']}").text
        home = client.get("/").text

    assert "Too many people would leave at once" in page
    assert "the limit is 5% of the people" in page
    for text in (page, summary, home):
        assert f"{decision['items']} of {decision['population']} people would be deactivated" in text
        assert "waits for an answer" in text
    assert sum(row["what"] == "Would leave" for row in rows) == decision["items"]


def test_only_who_may_answer_is_asked(site: Site) -> None:
    run_id = site.rows("select run_id from sync.decision where status = 'open'")[0]["run_id"]
    # europe may trigger the account's DAG, and has no right to the DAG that asks.
    for user, may in (("admin", True), ("operator", True), ("viewer", False), ("europe", False)):
        with site.client(user) as client:
            page = client.get(f"/runs/{run_id}/held").text
        assert ("data-decision" in page) is may, user
        assert ("data-answer" in page) is may, user
        assert ("you may look" in page) is not may, user
    with site.client("europe") as client:
        assert "Fabrikam" not in client.get(f"/runs/{run_id}/held").text


@pytest.mark.parametrize(
    ("status", "by", "late", "said"),
    [
        ("open", None, False, "This waits for an answer. Nobody answering until"),
        ("open", None, True, "Nobody answered in time, which means no"),
        ("expired", None, False, "Nobody answered in time, which means no"),
        ("approved", "Ina", False, "Approved by Ina"),
        ("applied", "Ina", False, "and applied by"),
        ("rejected", "<b>Otto</b>", False, "Rejected by &lt;b&gt;Otto&lt;/b&gt;"),
        ("superseded", None, False, "the plan has changed since, and a later run asks about the new one"),
        ("superseded", "Ina", False, "Answered by Ina"),
    ],
)
def test_what_became_of_a_question_is_said_plainly(
    site: Site, status: str, by: str | None, late: bool, said: str
) -> None:
    (asked,) = site.rows("select * from sync.decision where status = 'open'")
    change = (
        "update sync.decision set status = %s, answered_by = %s, answered_at = case when %s <> 'open' then now() end,"
        " applied_run_id = %s, expires_at = %s + case when %s then interval '-9 days' else interval '0' end"
    )
    site.rows(change, status, by, status, asked["run_id"] if status == "applied" else None, asked["expires_at"], late)
    try:
        with site.client("admin", Accept="application/json") as client:
            (now,) = client.get(f"/runs/{asked['run_id']}/decisions.json").json()["decisions"]
        with site.client("admin") as client:
            page = client.get(f"/runs/{asked['run_id']}/held").text
            home = client.get("/").text
    finally:
        site.rows(change, "open", None, "open", None, asked["expires_at"], False)

    waits = status == "open" and not late
    assert said in page
    assert ("data-decision" in page) is waits
    assert ("See who, and decide" in home) is waits
    assert now == {"id": asked["id"], "status": status, "next_run": None}


def test_the_checks_lead_to_their_data_docs(site: Site) -> None:
    run = site.run_of("contoso", "partial")
    checks = site.rows('select * from sync."check" where run_id = %s', run["id"])
    with site.client("viewer") as client:
        page = client.get(f"/runs/{run['id']}/checks").text
        docs = client.get(f"/runs/{run['id']}/docs")

    assert f"{len(checks)} checks were made" in page
    assert page.count(">Found</span>") == sum(not check["ok"] for check in checks)
    assert docs.status_code == 200
    assert "Contoso Ltd: checks of run" in docs.text


def test_docs_that_are_not_kept_are_not_found(site: Site) -> None:
    run = site.run_of("fabrikam")
    kept = site.folder / "store" / "checks" / "fabrikam" / str(run["id"]) / "data_docs"
    kept.rename(kept.with_name("elsewhere"))
    try:
        with site.client("viewer") as client:
            assert client.get(f"/runs/{run['id']}/docs").status_code == 404
            assert "Data Docs" not in client.get(f"/runs/{run['id']}/checks").text
    finally:
        kept.with_name("elsewhere").rename(kept)


def test_airflows_tab_on_a_run_leads_to_its_newest_attempt(site: Site) -> None:
    run = site.run_of("contoso")
    with site.client("viewer") as client:
        found = client.get("/runs", params={"dag_id": run["dag_id"], "dag_run_id": run["dag_run_id"]})
        waiting = client.get("/runs", params={"dag_id": run["dag_id"], "dag_run_id": "manual__of_tomorrow"})
        other = client.get("/runs", params={"dag_id": "another_dag", "dag_run_id": "x"})

    assert found.status_code == 303
    assert found.headers["location"] == f"/sync-history/runs/{run['id']}"
    assert "has not begun yet" in waiting.text
    assert other.status_code == 404


def test_a_preview_says_that_nothing_was_changed(site: Site) -> None:
    run = site.rows("select * from sync.run where dry_run")[0]
    with site.client("viewer") as client:
        page = client.get(f"/runs/{run['id']}").text

    assert "Nothing was changed." in page
    assert f"/runs/{run['id']}/users?show=updated" in page


def test_progress_tells_of_the_newest_run(site: Site) -> None:
    run = site.run_of("contoso")
    with site.client("viewer", Accept="application/json") as client:
        newest = client.get("/progress.json", params={"account": "contoso"}).json()["run"]
        none = client.get("/progress.json", params={"account": "contoso", "dag_run_id": "x"}).json()["run"]

    assert (newest["id"], newest["status"], newest["finished"]) == (run["id"], run["status"], True)
    assert none is None
