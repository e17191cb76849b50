"""The page inside a whole Airflow: Run now, watched to its end, a second one that joins it, a preview, the steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.testing import SandboxTenant
from tests.conftest import local_setup_in
from tests.e2e.running_airflow import RunningAirflow, running_airflow
from tests.web.browser import browser, picture

DAG = "entra_sync_contoso"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def airflow(chromium: Any) -> Iterator[RunningAirflow]:
    """Airflow up on an empty PeopleGoal, its account the sandbox tenant; not started where there is no browser."""
    with local_setup_in() as setup, SandboxTenant(users=60, groups=12) as tenant:
        setup.connect_to(tenant.connection())
        with running_airflow(setup) as running:
            yield running


@pytest.fixture(scope="module")
def window(airflow: RunningAirflow, chromium: Any) -> Iterator[Any]:
    """A browser's page, signed in through Airflow's own login form."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(300_000)  # a test that waits for what never comes must end
    passwords = json.loads((airflow.setup.folder / "airflow" / "passwords.json").read_text())
    page.goto(f"{airflow.url}/sync-history/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", passwords["admin"])
    page.click("button[type=submit]")
    page.wait_for_selector("text=No sync yet")
    yield page
    context.close()


def start(page: Any, how: str) -> None:
    page.click(".button.primary[data-open] >> nth=0")
    page.check(f"input[value={how}]")
    page.click("[data-start]")


def test_the_login_leads_back_and_the_first_sync_is_offered(window: Any) -> None:
    assert window.url.endswith("/sync-history/")
    picture(window, "first-sync")


def test_a_run_is_started_watched_and_read(window: Any, airflow: RunningAirflow) -> None:
    start(window, "full")
    window.wait_for_url("**/sync-history/runs/1")
    window.wait_for_selector("h1 .badge:not(.running)")
    assert window.text_content("h1 .badge") == "Success"
    picture(window, "finished")
    window.click("text=Users")
    assert window.locator("table.people tbody tr").count() == 50
    window.click("text=Steps")
    window.wait_for_selector("table.steps tbody tr")
    # The run has its outcome before its last two steps have ended.
    airflow.wait(DAG, airflow.runs(DAG)[0]["dag_run_id"])
    window.reload()
    window.wait_for_selector("table.steps tbody tr")
    states = window.locator("table.steps .badge").all_text_contents()
    assert sorted(states) == ["skipped"] * 2 + ["success"] * 7, "nothing to ask, nobody to tell"
    (run,) = airflow.runs(DAG)
    assert run["conf"] == {"mode": "full", "dry_run": False}
    assert run["triggering_user_name"] == "admin"


def test_a_second_run_now_joins_the_one_that_runs(window: Any, airflow: RunningAirflow) -> None:
    before = len(airflow.runs(DAG))
    other = window.context.new_page()
    other.set_default_timeout(300_000)
    for page in (window, other):
        page.goto(f"{airflow.url}/sync-history/")
    start(window, "full")
    window.wait_for_selector("text=Waiting for Airflow")
    start(other, "full")
    for page in (window, other):
        page.wait_for_url("**/sync-history/runs/*")
    assert window.url == other.url
    other.close()
    airflow.wait_for_runs(DAG, before + 1)
    assert len(airflow.runs(DAG)) == before + 1


def test_a_preview_changes_nothing_and_says_so(window: Any, airflow: RunningAirflow) -> None:
    window.goto(f"{airflow.url}/sync-history/")
    start(window, "preview")
    window.wait_for_url("**/sync-history/runs/*")
    window.wait_for_selector("text=Nothing was changed.")
    window.wait_for_selector("h1 .badge:not(.running)")
    assert airflow.runs(DAG)[-1]["conf"]["dry_run"] is True
    airflow.wait_for_runs(DAG, len(airflow.runs(DAG)))


def test_inside_airflow_it_follows_the_theme_and_links_lead_out(window: Any, airflow: RunningAirflow) -> None:
    window.goto(f"{airflow.url}/plugin/sync-history")
    frame = window.frame_locator("iframe")
    frame.locator("h1").wait_for()
    for theme in ("dark", "light"):
        window.evaluate(f"document.documentElement.className = '{theme}'")
        frame.locator(f"html[data-theme={theme}]").wait_for()
        picture(window, f"in-airflow-{theme}")
    frame.locator("a.status").first.click()
    frame.locator("text=Open in Airflow").click()
    window.wait_for_url(f"**/dags/{DAG}/runs/**")


def test_the_tabs_of_the_dag_and_of_a_run_lead_here(window: Any, airflow: RunningAirflow) -> None:
    run_id = airflow.runs(DAG)[0]["dag_run_id"]
    window.goto(f"{airflow.url}/dags/{DAG}/plugin/sync-history-dag")
    window.frame_locator("iframe").locator("text=Sync history").first.wait_for()
    window.goto(f"{airflow.url}/dags/{DAG}/runs/{run_id}/plugin/sync-history-run")
    window.frame_locator("iframe").locator("h1:has-text('Run 1')").wait_for()
