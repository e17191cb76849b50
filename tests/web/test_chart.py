"""The org chart as it is asked for: levels as JSON and as a list, found people, marks, what the pages link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.web.conftest import Site

SAME = {"sec-fetch-site": "same-origin"}
THERE = (
    "select u.id, u.entra_id::text, p.manager_id, coalesce(p.display_name, u.email) as name from peoplegoal.app_user u"
    " join peoplegoal.profile p on p.user_id = u.id join peoplegoal.account a on a.id = u.account_id"
    " where a.slug = 'contoso' and status <> 'deactivated' order by u.id"
)


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with site.client("viewer", **SAME) as opened:
        yield opened


def level(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    """All people of a level, page after page."""
    people: list[dict[str, Any]] = []
    after = 0
    while after is not None:
        found = client.get(f"{address}{'&' if '?' in address else '?'}after={after}").json()
        people += found["people"]
        after = found["after"]
    return people


def everybody(client: httpx.Client) -> dict[int, dict[str, Any]]:
    """The whole chart, opened level by level."""
    people: dict[int, dict[str, Any]] = {}
    for kind in ("top", "alone", "left"):
        waiting = level(client, f"/chart/contoso/top.json?kind={kind}")
        while waiting:
            one = waiting.pop()
            assert one["id"] not in people
            people[one["id"]] = one
            if one["reports"]:
                waiting += level(client, f"/chart/contoso/{one['id']}/reports.json")
    return people


def test_the_chart_opened_level_by_level_has_everybody_once(site: Site, client: httpx.Client) -> None:
    expected = site.rows(THERE)
    people = everybody(client)

    assert sorted(people) == [row["id"] for row in expected]
    assert len(people) > 200
    for row in expected:
        card = people[row["id"]]
        assert card["name"] == row["name"]
        assert card["reports"] == sum(other["manager_id"] == row["id"] for other in expected)
        assert ("No manager" in card["mark"]) is (row["manager_id"] is None)


def test_the_list_opened_link_by_link_has_everybody_once(site: Site, client: httpx.Client) -> None:
    people: list[str] = []
    waiting = ["/chart/list?account=contoso"]
    while waiting:
        text = client.get(waiting.pop()).text
        people += re.findall(r'<div class="node">.*?/people/contoso/([0-9a-f-]{36})"', text, re.S)
        links = re.findall(r'<a class="team" href="/sync-history([^"]+)"|data-more href="/sync-history([^"]+)"', text)
        waiting += [unescape(team or more) for team, more in links]

    assert sorted(people) == sorted(row["entra_id"] for row in site.rows(THERE))


def test_a_level_of_the_list_shows_the_way_up(site: Site, client: httpx.Client) -> None:
    (deep,) = site.rows(
        "select b.user_id, b.manager_id as above, t.manager_id as top from peoplegoal.profile b"
        " join peoplegoal.profile t on t.user_id = b.manager_id join peoplegoal.profile r on r.manager_id = b.user_id"
        f" where t.manager_id is not null and b.user_id in (select id from ({THERE}) x) order by b.user_id limit 1"
    )
    text = client.get(f"/chart/list?account=contoso&under={deep['user_id']}").text
    crumbs = text.partition('<p class="crumbs">')[2].partition("</p>")[0]

    assert [int(n) for n in re.findall(r"under=(\d+)", crumbs)][-2:] == [deep["top"], deep["above"]]
    assert "Nobody reports to them" in client.get("/chart/list?account=contoso&under=999999999").text


@pytest.mark.parametrize("address", ["/chart/list?account=contoso", "/chart/contoso/top.json?kind=top"])
def test_links_that_were_cut_are_marked_with_the_reason(site: Site, client: httpx.Client, address: str) -> None:
    cut = site.rows(
        "select count(*) from sync.issue i join sync.account_state s on s.applied_run_id = i.run_id"
        " where i.code = 'manager_cycle'"
    )[0]["count"]
    text = client.get(address).text

    assert cut
    assert text.count("the link closes a circle") == cut
    assert unescape(text).count("No manager: Entra's was not taken") >= cut


def test_whoever_keeps_the_manager_of_a_warning_is_not_marked(site: Site, client: httpx.Client) -> None:
    """Of 40 who were disabled most are held: their reports keep them, whatever the warnings say."""
    warned = site.rows(
        "select u.id from sync.issue i join sync.account_state s on s.applied_run_id = i.run_id"
        " join peoplegoal.app_user u on u.entra_id::text = i.entra_id join peoplegoal.profile p on p.user_id = u.id"
        " where i.code = 'manager_disabled' and p.manager_id is not null"
    )
    people = everybody(client)

    assert len(warned) > 5
    assert [people[row["id"]]["mark"] for row in warned] == [""] * len(warned)
    assert [one for one in people.values() if one["why"]]


def test_the_way_leads_from_the_top_to_a_person(site: Site, client: httpx.Client) -> None:
    there = {row["id"]: row for row in site.rows(THERE)}
    for row in list(there.values())[::7]:
        found = client.get(f"/chart/contoso/{row['entra_id']}/way.json").json()
        way = [one["id"] for one in found["way"]]
        assert way[-1] == row["id"]
        assert [there[one]["manager_id"] for one in way] == [None, *way[:-1]]
        assert found["kind"] == ("top" if found["way"][0]["reports"] else "alone")


def test_no_way_leads_to_whoever_is_not_in_the_chart(site: Site, client: httpx.Client) -> None:
    nobody = "00000000-0000-0000-0000-000000000001"
    other = site.rows(
        "select u.entra_id from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
        " where slug = 'fabrikam' limit 1"
    )[0]["entra_id"]
    for person in (nobody, other):
        assert client.get(f"/chart/contoso/{person}/way.json").json() == {"kind": None, "way": []}


def test_somebody_is_found_by_any_part_of_the_name(site: Site, client: httpx.Client) -> None:
    (person, *_) = site.rows(THERE)
    first, *_, last = person["name"].split()
    found = client.post("/chart/contoso/find.json", data={"search": f"{last} {first[:3]}"}).json()
    many = client.post("/chart/contoso/find.json", data={"search": "@"}).json()

    assert person["entra_id"] in [one["entra_id"] for one in found["people"]]
    assert not found["more"]
    assert (len(many["people"]), many["more"]) == (20, True)
    assert client.post("/chart/contoso/find.json", data={"search": " "}).json() == {"people": [], "more": False}


def test_a_persons_page_leads_to_their_place_in_the_chart(site: Site, client: httpx.Client) -> None:
    person = site.rows(THERE)[-1]["entra_id"]
    text = client.get(f"/people/contoso/{person}").text
    (address,) = re.findall(r'href="/sync-history([^"]+)">Show in the org chart', text)
    chart = client.get(unescape(address)).text
    nobody = client.get("/people/contoso/00000000-0000-0000-0000-000000000001").text

    assert f'data-person="{person}"' in chart
    assert "Show in the org chart" not in nobody


def test_a_name_is_harmless_in_the_page_that_the_picture_begins_with(site: Site, client: httpx.Client) -> None:
    head = level(client, "/chart/contoso/top.json?kind=top")[0]
    name = """"><script>alert('hello')</script>"""
    site.rows("update peoplegoal.profile set display_name = %s where user_id = %s", name, head["id"])
    try:
        text = client.get("/chart?account=contoso").text
    finally:
        site.rows("update peoplegoal.profile set display_name = %s where user_id = %s", head["name"], head["id"])

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;hello&#39;)" in text
