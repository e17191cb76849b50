"""The pages in a browser: readable in light and dark, on a desk and a phone, by keyboard, and without a word of script
from anybody's name.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser import SIZES, THEMES, for_the_docs, must_be_readable, picture
from tests.web.chart_page import deep_down, level
from tests.web.conftest import Site


def pages(site: Site) -> dict[str, str]:
    """Every kind of page, by name."""
    partial = site.run_of("contoso", "partial")["id"]
    held = site.rows("select id from sync.run where status = 'held' and not dry_run")[0]["id"]
    preview = site.rows("select id from sync.run where dry_run")[0]["id"]
    person = site.rows("select entra_id from sync.issue where run_id = %s and code = 'email_invalid'", partial)[0]
    return {
        "history": "/",
        "no-run": "/?status=failed",
        "run": f"/runs/{held}",
        "preview": f"/runs/{preview}",
        "users": f"/runs/{partial}/users?show=updated",
        "teams": f"/runs/{partial}/teams",
        "errors": f"/runs/{partial}/issues",
        "held": f"/runs/{held}/held",
        "checks": f"/runs/{partial}/checks",
        "steps": f"/runs/{partial}/steps",
        "people": "/people",
        "person": f"/people/contoso/{person['entra_id']}",
        "invitations": "/invitations",
        "chart": f"/chart?account=contoso&person={deep_down(site)}",
        "chart-list": "/chart/list?account=contoso",
        "error": "/runs/0",
    }


@pytest.mark.parametrize("opened", [(s, t) for s in SIZES for t in THEMES], ids=lambda p: "-".join(p), indirect=True)
def test_every_page_is_readable_and_fits(site: Site, opened: Any, request: pytest.FixtureRequest) -> None:
    shape = request.node.callspec.id
    opened.emulate_media(reduced_motion="reduce")  # nothing moves while it is looked at
    for name, address in pages(site).items():
        opened.goto(site.page + address)
        opened.wait_for_load_state("networkidle")
        if name == "chart":
            opened.locator(".card.found .toggle").click()
            level(opened, 4).first.wait_for()
            opened.mouse.move(0, 0)
        if name == "chart-list":
            opened.locator(".open").first.click()
            opened.wait_for_selector(".tree .tree")
        for_the_docs(opened, f"{name}-{shape}")
        opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        picture(opened, f"{name}-{shape}")
        must_be_readable(opened, name)
    opened.goto(f"{site.page}/")
    opened.click("[data-open=run-now]")
    picture(opened, f"run-now-{shape}")
    for_the_docs(opened, f"run-now-{shape}")
    must_be_readable(opened, "run-now")


def test_from_the_history_to_names_and_the_reason_of_one(site: Site, opened: Any) -> None:
    opened.goto(f"{site.page}/?status=partial")
    opened.click("a.status")
    opened.click(".card.rejected")
    opened.click("table.people a >> nth=0")
    opened.wait_for_selector("text=row was rejected")


def test_a_search_and_its_export(site: Site, opened: Any) -> None:
    run_id = site.rows("select min(run_id) as id from sync.change where label like %s", "Felix %")[0]["id"]
    opened.goto(f"{site.page}/runs/{run_id}/users?show=new")
    opened.fill("input[type=search]", "fel")
    opened.keyboard.press("Enter")
    opened.wait_for_selector("text=Clear")
    assert "fel" not in opened.url
    with opened.expect_download() as started:
        opened.click("text=Export CSV")
    text = started.value.path().read_text(encoding="utf-8-sig")
    assert "Felix" in text
    assert "Anna" not in text


def test_a_question_that_airflow_does_not_put_is_answered_by_the_command(site: Site, opened: Any) -> None:
    run_id = site.rows("select run_id from sync.decision where status = 'open'")[0]["run_id"]
    opened.goto(f"{site.page}/runs/{run_id}/held")
    opened.wait_for_selector(f"text=entra-sync decisions approve {run_id}")
    assert opened.is_hidden("text=Approve once…")


def test_the_list_of_the_chart_opens_and_closes_by_keyboard(site: Site, opened: Any) -> None:
    opened.goto(f"{site.page}/chart/list?account=contoso")
    first = opened.locator(".open").first
    first.focus()
    opened.keyboard.press("Enter")
    opened.wait_for_selector(".tree .tree")
    assert first.get_attribute("aria-expanded") == "true"
    opened.keyboard.press("Enter")
    opened.wait_for_selector(".tree .tree", state="hidden")
    assert first.get_attribute("aria-expanded") == "false"


def test_the_keyboard_reaches_the_content_first(site: Site, opened: Any) -> None:
    opened.goto(f"{site.page}/")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "main"
