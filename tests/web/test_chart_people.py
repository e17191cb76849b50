"""What the org chart's picture shows: marks, groups, wide levels, names of every kind; the list without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.chart_page import CARDS, focused, level, until
from tests.web.conftest import Site
from tests.web.names import NASTY

NEWCOMERS = 130


@pytest.fixture
def wide(site: Site) -> Iterator[str]:
    """The name of a head of fabrikam to whom 130 more report; afterwards they are gone."""
    (head,) = site.rows(
        "select p.user_id, p.account_id, p.display_name, (select count(*) from peoplegoal.profile r"
        " where r.manager_id = p.user_id) as reports from peoplegoal.profile p join peoplegoal.account a"
        " on a.id = p.account_id where a.slug = 'fabrikam' and p.manager_id is null order by reports desc limit 1"
    )
    site.rows(
        "with made as (insert into peoplegoal.app_user (account_id, email, status)"
        " select %s, 'wide' || n || '@example.com', 'active' from generate_series(1, %s) n"
        " returning id, account_id, email)"
        " insert into peoplegoal.profile (user_id, account_id, display_name, manager_id)"
        " select id, account_id, email, %s from made",
        head["account_id"],
        NEWCOMERS,
        head["user_id"],
    )
    try:
        yield str(head["display_name"])
    finally:
        site.rows("delete from peoplegoal.profile where display_name like 'wide%%@example.com'")
        site.rows("delete from peoplegoal.app_user where email like 'wide%%@example.com'")


def test_people_without_a_manager_and_cut_links_are_marked(site: Site, chart: Any) -> None:
    (cut,) = site.rows(
        "select count(*)::int as number from sync.issue i join sync.account_state s on s.applied_run_id = i.run_id"
        " where i.code = 'manager_cycle'"
    )
    marked = chart.locator(f"{CARDS}.warns", has_text="the link closes a circle")

    assert marked.count() == cut["number"] > 0
    assert "No manager: Entra's was not taken, the link closes a circle" in marked.first.get_attribute("aria-label")
    assert "No manager" in level(chart, 1).first.text_content()


def test_people_without_manager_and_reports_are_a_group_that_opens(site: Site, chart: Any) -> None:
    with site.client("viewer") as client:
        alone = client.get("/chart/contoso/top.json?kind=alone").json()["people"]
    group = chart.locator(f"{CARDS}.group")
    before = level(chart, 2).count()
    group.locator(".toggle").click()
    level(chart, 2).nth(before).wait_for()

    assert len(alone) > 5
    assert f"{len(alone)} people" in group.get_attribute("aria-label")
    names = [one.get_attribute("aria-label") for one in level(chart, 2).locator("a").all()]
    assert names[-len(alone) :] == [one["name"] for one in alone]


def test_leavers_who_are_still_managers_are_a_group(site: Site, chart: Any) -> None:
    (boss,) = site.rows(
        "select user_id, display_name from peoplegoal.profile p join peoplegoal.account a on a.id = p.account_id"
        " where slug = 'contoso' and exists (select 1 from peoplegoal.profile r where r.manager_id = p.user_id)"
        " and manager_id is not null order by user_id limit 1"
    )
    status = site.rows("select status from peoplegoal.app_user where id = %s", boss["user_id"])[0]["status"]
    site.rows("update peoplegoal.app_user set status = 'deactivated' where id = %s", boss["user_id"])
    try:
        chart.reload()
        group = chart.locator(f"{CARDS}.group", has_text="Managers who have left")
        group.locator(".toggle").click()
        one = chart.locator(CARDS, has_text="Has left, and is still their manager")
        one.locator(".toggle").click()
        level(chart, 3).first.wait_for()
        assert boss["display_name"] in one.get_attribute("aria-label")
    finally:
        site.rows("update peoplegoal.app_user set status = %s where id = %s", status, boss["user_id"])


def test_where_nobody_has_a_manager_everybody_is_shown_at_once(site: Site, chart: Any) -> None:
    there = site.rows(
        "select user_id, manager_id from peoplegoal.profile p join peoplegoal.account a on a.id = p.account_id"
        " where slug = 'fabrikam' and manager_id is not null"
    )
    change = "update peoplegoal.profile set manager_id = %s where user_id = %s"
    for row in there:
        site.rows(change, None, row["user_id"])
    try:
        chart.goto(f"{site.page}/chart?account=fabrikam")
        level(chart, 2).nth(49).wait_for()
    finally:
        for row in there:
            site.rows(change, row["manager_id"], row["user_id"])
    assert chart.locator(f"{CARDS}.group").get_attribute("aria-label") == "No manager, no reports, 50+ people"
    assert level(chart, 1).count() == 1


def test_a_wide_level_is_shown_50_at_a_time(site: Site, chart: Any, wide: str) -> None:
    chart.goto(f"{site.page}/chart?account=fabrikam")
    level(chart, 2).first.wait_for()
    (expected,) = site.rows(
        "select count(*)::int as number from peoplegoal.profile r join peoplegoal.profile p on p.user_id = r.manager_id"
        " join peoplegoal.app_user u on u.id = r.user_id where p.display_name = %s and u.status <> 'deactivated'",
        wide,
    )
    people = f"{CARDS}.person[aria-level='2']"
    for shown in range(50, expected["number"], 50):
        until(chart, lambda shown=shown: chart.locator(people).count() == shown)
        more = chart.locator(f"{CARDS}.more")
        assert more.get_attribute("aria-label") == "Show more"
        more.focus()
        chart.keyboard.press("Enter")
    until(chart, lambda: chart.locator(people).count() == expected["number"])

    assert chart.locator(f"{CARDS}.more").count() == 0
    assert focused(chart).get_attribute("aria-posinset") == str(expected["number"] // 50 * 50 + 1)
    names = [one.get_attribute("aria-label") for one in chart.locator(people).all()]
    assert len(set(names)) == len(names)


def test_somebody_far_down_a_wide_level_is_shown_beside_its_first_people(site: Site, chart: Any, wide: str) -> None:
    (last,) = site.rows("select max(id) as id from peoplegoal.app_user where email like 'wide%%'")
    site.rows("update peoplegoal.app_user set entra_id = gen_random_uuid() where id = %s", last["id"])
    person = site.rows("select entra_id::text, email from peoplegoal.app_user where id = %s", last["id"])[0]
    chart.goto(f"{site.page}/chart?account=fabrikam&person={person['entra_id']}")
    chart.wait_for_selector(f"{CARDS}.found")

    assert person["email"] in chart.get_attribute(f"{CARDS}.found", "aria-label")
    assert level(chart, 2).count() == 52  # and Show more
    for _ in range(10):
        if not chart.locator(f"{CARDS}.more").count():
            break
        before = level(chart, 2).count()
        chart.locator(f"{CARDS}.more").focus()
        chart.keyboard.press("Enter")
        until(chart, lambda before=before: level(chart, 2).count() != before)
    assert chart.locator(CARDS, has_text=person["email"]).count() == 1


def test_names_of_every_kind_are_text_and_fit_their_cards(site: Site, chart: Any) -> None:
    there = site.rows(
        "select u.entra_id::text, p.display_name as name from peoplegoal.profile p"
        " join peoplegoal.app_user u on u.id = p.user_id join peoplegoal.account a on a.id = p.account_id"
        " where a.slug = 'contoso' and u.status <> 'deactivated' and p.display_name = any(%s)",
        list(NASTY),
    )
    assert len(there) > 5
    for row in there:
        chart.goto(f"{site.page}/chart?account=contoso&person={row['entra_id']}")
        chart.wait_for_selector(f"{CARDS}.found")
        found = chart.locator(f"{CARDS}.found")
        assert found.locator("a").get_attribute("aria-label") == row["name"]
        assert found.locator("title").text_content().split("\n")[0] == row["name"]
        shown = found.locator("text.name").text_content().strip("\u2068\u2069")
        assert shown == row["name"] or (shown.endswith("…") and row["name"].startswith(shown[:-1]))
        wider = (
            "(card) => Array.from(card.querySelectorAll('text')).filter((t) => t.getBBox().x + t.getBBox().width > 240)"
        )
        assert found.evaluate(f"(card) => ({wider})(card).length") == 0


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_is_reduced_for_whoever_asks_for_it(site: Site, opened: Any, motion: str) -> None:
    opened.emulate_media(reduced_motion=motion)
    opened.add_init_script(
        "window.moved = []; const to = Element.prototype.scrollTo;"
        " Element.prototype.scrollTo = function (how) { window.moved.push(how.behavior); to.call(this, how); }"
    )
    opened.goto(f"{site.page}/chart?account=contoso")
    level(opened, 2).first.wait_for()

    assert set(opened.evaluate("window.moved")) == {"auto" if motion == "reduce" else "smooth"}


def test_a_server_that_is_away_is_said_and_asked_again(site: Site, opened: Any) -> None:
    opened.goto(f"{site.page}/chart?account=contoso")
    card = opened.locator(f"{CARDS}[aria-level='2'][aria-expanded=false]").first
    opened.context.set_offline(True)
    card.locator(".toggle").click()
    opened.wait_for_selector("text=The server cannot be reached.")
    opened.context.set_offline(False)
    card.locator(".toggle").click()
    level(opened, 3).first.wait_for()
    assert opened.is_hidden("[data-trouble]")


def test_without_a_script_the_list_leads_down_link_by_link(site: Site, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "_token", "value": site.token("admin"), "url": site.url}])
    page = context.new_page()
    page.set_default_timeout(300_000)  # a test that waits for what never comes must end
    page.goto(f"{site.page}/chart?account=contoso")
    page.click("noscript a")
    for _ in range(2):
        page.click("a.team >> nth=0")
        page.wait_for_selector("text=Reports of")
    assert page.locator(".crumbs a").count() == 3
    assert page.locator(".open:visible").count() == 0
    context.close()
