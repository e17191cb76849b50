"""The org chart's picture in a browser: it opens by mouse, keyboard and finger, zooms, and finds people."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser import must_be_readable
from tests.web.chart_page import CARDS, PLACE, deep_down, focused, level, until
from tests.web.conftest import Site

PICTURE = "document.querySelector('.picture svg')"
SCALE = f"{PICTURE}.getBoundingClientRect().width / {PICTURE}.viewBox.baseVal.width"


def scale(page: Any) -> float:
    return float(page.evaluate(SCALE))


def scrolled(page: Any) -> float:
    return float(page.eval_on_selector(".picture", "(area) => area.scrollTop"))


def reports(site: Site, name: str) -> int:
    (row,) = site.rows(
        "select (select count(*) from peoplegoal.profile r join peoplegoal.app_user u on u.id = r.user_id"
        " where r.manager_id = p.user_id and u.status <> 'deactivated')::int as number from peoplegoal.profile p"
        " join peoplegoal.account a on a.id = p.account_id where a.slug = 'contoso' and display_name = %s",
        name,
    )
    return int(row["number"])


def test_it_opens_and_closes_level_by_level_by_mouse(site: Site, chart: Any) -> None:
    name = chart.locator(f"{CARDS}[aria-level='2'][aria-expanded=false] a").first.get_attribute("aria-label")
    card = chart.locator(f'{CARDS}:has(a[aria-label="{name}"])')
    before = chart.locator(CARDS).count()
    card.locator(".toggle").click()
    level(chart, 3).first.wait_for()

    assert card.get_attribute("aria-expanded") == "true"
    assert level(chart, 3).count() == reports(site, name)
    assert chart.locator(CARDS).count() == before + reports(site, name)
    card.locator(".box").click(position={"x": 200, "y": 30})
    assert chart.locator(CARDS).count() == before
    card.locator(".toggle").dblclick()
    assert card.get_attribute("aria-expanded") == "true"
    card.locator("a").click()
    chart.wait_for_url("**/people/contoso/*")
    assert name in chart.inner_text("h1")
    chart.go_back()
    assert chart.locator(f"{CARDS}.found a").get_attribute("aria-label") == name


def test_it_is_a_tree_by_keyboard(site: Site, chart: Any) -> None:
    chart.focus(f"{CARDS}[tabindex='0']")
    first = focused(chart).get_attribute("aria-label")
    for key, seen in (
        ("ArrowRight", "2"),
        ("ArrowRight", "3"),
        ("ArrowLeft", "2"),
        ("ArrowLeft", "2"),
        ("ArrowLeft", "1"),
    ):
        if key == "ArrowRight" and focused(chart).get_attribute("aria-expanded") == "false":
            chart.keyboard.press(key)
            chart.wait_for_selector(f"{CARDS}:focus[aria-expanded=true]")
        chart.keyboard.press(key)
        assert focused(chart).get_attribute("aria-level") == seen
        assert chart.evaluate(PLACE, focused(chart).element_handle())["whole"]
    assert focused(chart).get_attribute("aria-label") == first
    chart.keyboard.press("ArrowDown")
    assert focused(chart).get_attribute("aria-posinset") == "1"
    chart.keyboard.press("ArrowUp")
    chart.keyboard.press("Enter")
    chart.wait_for_selector(f"{CARDS}:focus[aria-expanded=false]")
    chart.keyboard.press("Enter")
    chart.wait_for_selector(f"{CARDS}:focus[aria-expanded=true]")
    chart.keyboard.press("End")
    assert "group" in focused(chart).get_attribute("class")
    chart.keyboard.press("Home")
    assert focused(chart).get_attribute("aria-label") == first
    # One card is reached by Tab, and its name after it.
    assert chart.locator(f"{CARDS}[tabindex='0'], .picture a[tabindex='0']").count() == 2
    chart.keyboard.press("Tab")
    chart.keyboard.press("Enter")
    chart.wait_for_url("**/people/contoso/*")


def test_zoom_by_buttons_and_keys_changes_the_scale(chart: Any) -> None:
    assert scale(chart) == pytest.approx(1)
    chart.click("[data-zoom=in]")
    assert scale(chart) == pytest.approx(1.25, abs=0.01)
    assert chart.inner_text("[data-percent]") == "125 %"
    for _ in range(3):
        chart.click("[data-zoom=out]")
    assert scale(chart) == pytest.approx(0.64, abs=0.01)
    chart.focus(f"{CARDS}[tabindex='0']")
    chart.keyboard.press("+")
    assert scale(chart) == pytest.approx(0.8, abs=0.01)
    chart.keyboard.press("-")
    chart.keyboard.press("0")
    assert scale(chart) == pytest.approx(1)
    chart.click("[data-zoom=fit]")
    size = "(e) => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
    assert chart.eval_on_selector(".picture", size) == [0, 0]
    assert scale(chart) < 1
    chart.click("[data-zoom='100']")
    assert scale(chart) == pytest.approx(1)


def test_the_wheel_scrolls_and_zooms_with_ctrl_where_the_pointer_is(chart: Any) -> None:
    card = level(chart, 2).nth(2)
    card.hover()
    box = card.bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    chart.keyboard.down("Control")
    chart.mouse.wheel(0, -200)
    chart.keyboard.up("Control")
    until(chart, lambda: scale(chart) > 1.05)
    now = card.bounding_box()

    assert now["x"] <= at[0] <= now["x"] + now["width"]
    assert now["y"] <= at[1] <= now["y"] + now["height"]
    zoomed = scale(chart)
    chart.mouse.wheel(0, 120)
    until(chart, lambda: scrolled(chart) > 0)
    assert scale(chart) == zoomed


def test_a_mouse_drags_the_picture_and_clicks_nothing_by_it(chart: Any) -> None:
    for _ in range(3):
        chart.click("[data-zoom=in]")
    cards = chart.locator(CARDS).count()
    top = scrolled(chart)
    area = chart.locator(".picture").bounding_box()
    x, y = area["x"] + area["width"] / 3, area["y"] + area["height"] / 2
    assert chart.evaluate(f"document.elementFromPoint({x}, {y}).closest('.card') !== null")
    chart.mouse.move(x, y)
    chart.mouse.down()
    chart.mouse.move(x, y - 100, steps=4)
    chart.mouse.up()

    assert scrolled(chart) == pytest.approx(top + 100, abs=2)
    assert chart.locator(CARDS).count() == cards


def test_two_fingers_zoom_and_one_moves(site: Site, chromium: Any) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.add_cookies([{"name": "_token", "value": site.token("admin"), "url": site.url}])
    page = context.new_page()
    page.set_default_timeout(300_000)  # a test that waits for what never comes must end
    page.goto(f"{site.page}/chart?account=contoso")
    page.wait_for_selector(f"{CARDS}[aria-level='2']")
    finger = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[int, int]) -> None:
        asked = {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]}
        finger.send("Input.dispatchTouchEvent", asked)

    touch("touchStart", (180, 400), (220, 400))
    for n in range(1, 5):
        touch("touchMove", (180 - 10 * n, 400), (220 + 10 * n, 400))
    touch("touchEnd")
    until(page, lambda: scale(page) > 1.5)
    assert page.evaluate("window.visualViewport.scale") == 1  # the picture was zoomed, not the page
    touch("touchStart", (200, 600))
    for n in range(1, 9):
        touch("touchMove", (200, 600 - 20 * n))
    touch("touchEnd")
    until(page, lambda: scrolled(page) > 60)
    page.locator(".toggle").nth(1).tap()
    page.wait_for_selector(f"{CARDS}[aria-level='3']")
    context.close()


def test_on_a_phone_four_levels_fit_the_width(site: Site, opened: Any) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.goto(f"{site.page}/chart?account=contoso&person={deep_down(site)}")
    opened.wait_for_selector(f"{CARDS}.found[aria-level='3']")
    opened.locator(f"{CARDS}.found .toggle").click()
    level(opened, 4).first.wait_for()

    assert opened.eval_on_selector(".picture", "(e) => e.scrollWidth - e.clientWidth") == 0
    opened.set_viewport_size({"width": 1280, "height": 900})
    opened.wait_for_selector(".picture svg:not(.narrow)")
    assert opened.eval_on_selector(".picture", "(e) => e.scrollWidth") > 1000


def test_a_search_opens_the_way_to_a_person_and_shows_them_in_the_middle(site: Site, chart: Any) -> None:
    person = deep_down(site)
    (row,) = site.rows(
        "select p.display_name as name, u.email from peoplegoal.app_user u"
        " join peoplegoal.profile p on p.user_id = u.id where u.entra_id = %s",
        person,
    )
    chart.fill("input[type=search]", row["email"])
    chart.keyboard.press("Enter")
    chart.wait_for_selector(f"{CARDS}.found")
    found = chart.locator(f"{CARDS}.found")
    place = chart.evaluate(PLACE, found.element_handle())

    assert found.get_attribute("aria-label").startswith(f"{row['name']}, ")
    assert found.get_attribute("aria-level") == "3"
    assert chart.get_attribute("path.way", "d").count("H") == 4  # two lines: from the head, from the manager
    assert place["whole"]
    for way in ("across", "down"):
        assert abs(place[way]) <= 2 or place["atEdge"][way]
    assert focused(chart).get_attribute("class") == found.get_attribute("class")
    assert row["email"].split("@")[0] not in chart.url


def test_of_several_who_may_be_meant_one_is_chosen(site: Site, chart: Any) -> None:
    chart.fill("input[type=search]", "@contoso")
    chart.click("[data-find] button[type=submit]")
    chart.wait_for_selector(".matches li")
    assert chart.locator(".matches li").count() == 20
    must_be_readable(chart, "matches")
    chart.keyboard.press("ArrowDown")
    chart.keyboard.press("ArrowUp")
    name = chart.inner_text(".matches li:first-child bdi")
    chart.keyboard.press("Escape")
    assert chart.is_hidden(".matches")
    chart.keyboard.press("Enter")
    chart.wait_for_selector(".matches li >> nth=0")
    chart.keyboard.press("Enter")
    chart.wait_for_selector(f"{CARDS}.found, [data-trouble]:not([hidden])")
    shown = chart.locator(f"{CARDS}.found, [data-trouble]:not([hidden])").first
    assert name in (shown.get_attribute("aria-label") or shown.inner_text())


def test_whoever_is_not_in_the_chart_is_said_so(site: Site, chart: Any) -> None:
    known = {row["entra_id"] for row in site.rows("select entra_id::text from peoplegoal.app_user")}
    with site.client("viewer", **{"sec-fetch-site": "same-origin"}) as client:
        found = client.post("/chart/contoso/find.json", data={"search": "guest"}).json()["people"]
        found += client.post("/chart/contoso/find.json", data={"search": "e"}).json()["people"]
    outside = next(one for one in found if one["entra_id"] not in known)
    chart.fill("input[type=search]", outside["entra_id"])
    chart.keyboard.press("Enter")
    chart.wait_for_selector("text=is not in the chart")
    assert outside["name"] in chart.inner_text("[data-trouble]")
    chart.fill("input[type=search]", "nobody has this name")
    chart.keyboard.press("Enter")
    chart.wait_for_selector("text=Nobody found")
    chart.goto(f"{site.page}/chart?account=contoso&person={outside['entra_id']}")
    chart.wait_for_selector("text=This person is not in the chart")


def test_a_persons_page_leads_to_the_place_in_the_chart(site: Site, chart: Any) -> None:
    chart.goto(f"{site.page}/people/contoso/{deep_down(site)}")
    name = chart.inner_text("h1 bdi")
    chart.click("text=Show in the org chart")
    chart.wait_for_selector(f"{CARDS}.found")
    assert chart.get_attribute(f"{CARDS}.found a", "aria-label") == name
