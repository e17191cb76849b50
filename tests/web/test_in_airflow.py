"""The whole way in a browser, on a running Airflow: Run now, watch, read, preview, decide. One story in its order.

The tenant has 60 people; a night in which more than three would leave is held.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.browser import browser, for_the_docs, must_be_readable, picture
from tests.web.story import DAG, Story, start, told

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Not started where there is no browser."""
    with browser() as chromium, told(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def window(story: Story) -> Any:
    """The administrator's."""
    return story.signed_in("admin")


@pytest.fixture(scope="module")
def viola(story: Story) -> Any:
    """The window of somebody who may only look."""
    return story.signed_in("viola")


def readable_everywhere(window: Any, name: str) -> None:
    for theme in ("dark", "light"):
        window.emulate_media(color_scheme=theme)
        for shape, size in (("phone", PHONE), ("desk", DESK)):
            window.set_viewport_size(size)
            picture(window, f"{name}-{shape}-{theme}")
            for_the_docs(window, f"{name}-{shape}-{theme}")
            must_be_readable(window, f"{name}-{shape}-{theme}")


def test_the_login_leads_back_and_the_first_sync_is_offered(window: Any) -> None:
    assert window.url.endswith("/sync-history/")
    window.wait_for_selector("text=No sync yet")
    readable_everywhere(window, "first-sync")


def test_run_now_says_what_to_do_when_the_dag_is_paused(window: Any, story: Story) -> None:
    story.airflow.patch(f"/dags/{DAG}", {"is_paused": True})
    try:
        start(window, "full")
        window.wait_for_selector("text=The DAG is paused: unpause it in Airflow, then run again.")
        readable_everywhere(window, "paused")
    finally:
        story.airflow.patch(f"/dags/{DAG}", {"is_paused": False})
    assert story.airflow.runs(DAG) == []


def test_a_run_is_started_watched_and_read(window: Any, story: Story) -> None:
    window.goto(f"{story.page}/")
    start(window, "full")
    window.wait_for_url("**/sync-history/runs/1")
    window.wait_for_selector("h1 .badge.running")
    story.watched(window)
    assert window.text_content("h1 .badge") == "Partial"

    window.click("text=History")
    window.click("a.status")
    window.click(".tabs >> text=Users")
    window.wait_for_selector("table.people tbody tr")
    assert window.locator("table.people tbody tr").count() == 50
    window.click(".tabs >> text=Teams")
    window.wait_for_selector("table.people")
    window.click(".tabs >> text=Steps")
    window.wait_for_selector("table.steps tbody tr")
    steps = window.locator("table.steps tbody tr td:first-child").all_text_contents()
    states = window.locator("table.steps .badge").all_text_contents()
    assert steps[:7] == ["open run", "extract", "validate", "transform", "load", "announce", "ask"]
    assert states[:7] == ["success"] * 6 + ["skipped"]
    window.click(".tabs >> text=Errors")
    window.click(".side >> text=e-mail address")
    window.click("table.people a >> nth=0")
    window.wait_for_selector("text=row was rejected")
    (run,) = story.airflow.runs(DAG)
    assert run["conf"] == {"mode": "full", "dry_run": False}
    assert run["triggering_user_name"] == "admin"


def test_three_clicks_from_home_tell_why_somebody_was_not_synced(window: Any, story: Story) -> None:
    people = sorted(story.tenant.company.users)
    for entra_id, reason in ((people[5], "disabled in Entra"), (people[6], "row was rejected")):
        name = story.tenant.company.users[entra_id].attributes["displayName"]
        window.goto(f"{story.page}/")
        window.evaluate("sessionStorage.setItem('clicks', 0)")
        window.click("nav >> text=People")
        window.fill("input[type=search]", name)
        window.click("button:has-text('Find')")
        window.click(f"table.people a[href$='{entra_id}']")
        window.wait_for_selector(f".note.warn >> text={reason}")
        assert window.evaluate("Number(sessionStorage.getItem('clicks'))") <= 3


def test_a_second_run_now_joins_the_one_that_runs(window: Any, story: Story) -> None:
    before = len(story.airflow.runs(DAG))
    other = story.another(window)
    for page in (window, other):
        page.goto(f"{story.page}/")
    start(window, "full")
    window.wait_for_selector("text=Waiting for Airflow")
    start(other, "full")
    for page in (window, other):
        page.wait_for_url("**/sync-history/runs/*")
    assert window.url == other.url
    story.watched(window)
    assert len(story.airflow.runs(DAG)) == before + 1
    other.close()


def test_of_two_who_press_at_the_same_moment_one_joins(window: Any, story: Story) -> None:
    before = len(story.airflow.runs(DAG))
    other = story.another(window)
    asked: list[Any] = []
    for page in (window, other):
        page.goto(f"{story.page}/")
        page.route("**/dagRuns", lambda route: asked.append(route))
        start(page, "full")
    while len(asked) < 2:  # both have seen that no sync is at work
        window.wait_for_timeout(50)
    for route in asked:
        assert route.request.method == "POST"
        route.continue_()
    for page in (window, other):
        page.wait_for_url("**/sync-history/runs/*")
        page.unroute("**/dagRuns")
    assert window.url == other.url
    story.watched(window)
    assert len(story.airflow.runs(DAG)) == before + 1
    other.close()


def test_a_preview_changes_nothing_and_says_so(window: Any, story: Story) -> None:
    person = story.tenant.company.users[sorted(story.tenant.company.users)[9]]
    story.tenant.company.update_user(person.id, city="Zürich")
    before = story.tables()
    story.sync(window, "preview")
    window.wait_for_selector("text=Nothing was changed.")
    window.click(".card:has-text('Updated')")
    window.wait_for_selector("text=Zürich")
    assert story.airflow.runs(DAG)[-1]["conf"]["dry_run"] is True
    assert story.tables() == before


def test_a_sync_does_not_join_a_preview(window: Any, story: Story) -> None:
    before = len(story.airflow.runs(DAG))
    other = story.another(window)
    for page in (window, other):
        page.goto(f"{story.page}/")
    start(window, "preview")
    window.wait_for_selector("text=Waiting for Airflow")
    start(other, "full")
    other.wait_for_selector("text=A preview is at work, which changes nothing: run again when it has ended.")
    assert other.is_enabled("[data-start]")
    story.watched(window)
    assert len(story.airflow.runs(DAG)) == before + 1
    other.close()


def test_who_may_only_look_is_offered_no_run(viola: Any, story: Story) -> None:
    viola.goto(f"{story.page}/")
    viola.wait_for_selector("a.status")
    assert viola.locator("text=Run now").count() == 0
    assert viola.locator("dialog").count() == 0


def test_what_is_held_is_approved_here_and_the_run_that_applies_it_is_followed(
    window: Any, viola: Any, story: Story
) -> None:
    story.lose(4)
    run = story.sync(window)
    assert window.text_content("h1 .badge") == "Held"
    what = f"4 of {story.decision()['population']} people would be deactivated"
    window.wait_for_selector(f".note.warn >> text={what}")
    story.ask()
    viola.goto(f"{story.page}/runs/{run}/held")
    viola.wait_for_selector("text=decides; you may look")
    assert viola.locator("[data-decision], dialog").count() == 0

    window.goto(f"{story.page}/")
    window.wait_for_selector(f".note.warn >> text={what}")
    window.click("text=See who, and decide")
    window.wait_for_selector("text=the limit is 3 people")
    assert window.locator("table.people tbody tr").count() == 4
    window.click("text=Approve once…")
    dialog = window.locator("dialog[open]")
    assert dialog.locator("h2").text_content() == "Deactivate 4 people?"
    assert what in str(dialog.text_content())
    readable_everywhere(window, "approve")
    dialog.locator("text=Cancel").click()
    assert story.decision()["status"] == "open"
    assert story.statuses() == {"ready_to_invite"}
    window.click("text=Approve once…")
    dialog.locator("text=Deactivate 4 people >> nth=-1").click()
    window.wait_for_url(lambda url: url.rsplit("/", 1)[1] not in ("held", str(run)))
    applied = story.watched(window)

    assert story.statuses() == {"deactivated"}
    assert (story.decision()["status"], story.decision()["applied_run_id"]) == ("applied", applied)
    window.goto(f"{story.page}/runs/{run}/held")
    said = window.text_content("main section.note")
    assert f"Approved by {story.decision()['answered_by']}" in said
    assert f"applied by run {applied}" in said
    assert story.decision()["answered_by"].lower() == "admin"
    assert window.locator("[data-decision]").count() == 0


def test_what_is_rejected_stays_and_is_exported(window: Any, story: Story) -> None:
    story.lose(5)
    run = story.sync(window)
    story.ask()
    window.click(".tabs >> text=Held")
    window.click("text=Reject…")
    dialog = window.locator("dialog[open]")
    assert dialog.locator("h2").text_content() == "Leave everybody as they are?"
    assert "5 of " in str(dialog.text_content())
    dialog.locator("button[type=submit]").click()
    window.wait_for_selector("text=Rejected by")

    assert (story.decision()["status"], story.decision()["answered_by"].lower()) == ("rejected", "admin")
    assert story.statuses() == {"ready_to_invite"}
    readable_everywhere(window, "rejected")
    with window.expect_download() as started:
        window.click("text=Export CSV")
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    assert {row["object id"] for row in rows} == set(story.gone)
    window.goto(f"{story.page}/")
    assert window.locator("text=See who, and decide").count() == 0
    assert story.setup.rows("select max(id) as id from sync.run")[0]["id"] == run, "a rejection starts no run"


def test_a_run_that_failed_says_why_and_what_to_do(window: Any, story: Story) -> None:
    story.tenant.scenario("secret-expired")
    try:
        story.sync(window)
    finally:
        story.tenant.scenario("healthy")
    assert window.text_content("h1 .badge") == "Failed"
    said = window.locator("[role=alert]").text_content()
    assert "The step extract failed" in said
    assert "secret" in said
    readable_everywhere(window, "failed")


def test_inside_airflow_it_follows_the_theme_and_links_lead_out(window: Any, story: Story) -> None:
    window.goto(f"{story.airflow.url}/plugin/sync-history")
    frame = window.frame_locator("iframe")
    frame.locator("h1").wait_for()
    for theme in ("dark", "light"):
        window.evaluate(f"document.documentElement.className = '{theme}'")
        frame.locator(f"html[data-theme={theme}]").wait_for()
        picture(window, f"in-airflow-{theme}")
    frame.locator("a.status").first.click()
    frame.locator("text=Open in Airflow").click()
    window.wait_for_url(f"**/dags/{DAG}/runs/**")


def test_the_tabs_of_the_dag_and_of_a_run_lead_here(window: Any, story: Story) -> None:
    run_id = story.airflow.runs(DAG)[0]["dag_run_id"]
    window.goto(f"{story.airflow.url}/dags/{DAG}/plugin/sync-history-dag")
    window.frame_locator("iframe").locator("text=Sync history").first.wait_for()
    window.goto(f"{story.airflow.url}/dags/{DAG}/runs/{run_id}/plugin/sync-history-run")
    window.frame_locator("iframe").locator("h1:has-text('Run 1')").wait_for()


def test_a_run_that_ends_before_its_first_step_is_said(window: Any, story: Story) -> None:
    """The last one: a file that does not pass is due at midnight, and the midnight before was missed."""
    file = story.setup.folder.parent / "accounts" / "contoso.yaml"
    passes = file.read_text(encoding="utf-8")
    window.goto(f"{story.page}/")
    file.write_text(f"{passes}late_after: 4\n", encoding="utf-8")
    try:
        start(window, "full")
        window.wait_for_selector("text=The run ended before its first step: the log of open_run in Airflow says why.")
        window.goto(f"{story.page}/")
        window.wait_for_selector("[role=alert] >> text=the account file does not pass")
        assert window.locator("text=Run now").count() == 0
        readable_everywhere(window, "trouble")
    finally:
        file.write_text(passes, encoding="utf-8")
