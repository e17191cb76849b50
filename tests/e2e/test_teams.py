"""Teams through whole nights: owners who lead, names that follow people, groups that are no teams any more."""

from __future__ import annotations

from typing import Any

from sandbox.day import a_working_day
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, expected, wanted


def owned(nights: Nights, **from_groups: Any) -> Nights:
    nights.config = {"teams": {"from_groups": {"lead": "owner", **from_groups}}}
    return nights


def test_owners_lead_night_after_night(nights: Nights) -> None:
    company = nights.tenant.company
    owned(nights).run()
    assert actual(nights.url) == expected(company, owners=True)
    assert any(lead for (kind, _), lead in expected(company, owners=True)["leads"].items() if kind == "group")
    assert nights.run() == "no_changes"

    for _ in range(2):
        a_working_day(company)
        for number, group in enumerate(company.groups.values()):
            group.owner_ids = sorted(company.users)[number : number + number % 3]

        assert nights.run() in ("success", "partial")
        assert nights.last_run()["mode"] == "incremental"
        assert actual(nights.url) == expected(company, owners=True)


def test_an_account_that_asks_for_owners_from_now_on_reads_everything_again(nights: Nights) -> None:
    nights.run()
    assert set(actual(nights.url)["leads"].values()) == {None, *expected(nights.tenant.company)["manager_teams"]}

    owned(nights).run()

    assert (nights.last_run()["mode"], nights.last_run()["mode_reason"]) == ("full", "configuration_changed")
    assert actual(nights.url) == expected(nights.tenant.company, owners=True)


def test_a_team_that_nobody_can_lead_is_named(nights: Nights) -> None:
    company = nights.tenant.company
    group_id = next(g for g, lead in expected(company, owners=True)["leads"].items() if lead and g[0] == "group")[1]
    owned(nights).run()
    company.groups[group_id].owner_ids = []

    nights.run()

    assert actual(nights.url)["leads"]["group", group_id] is None
    named = [issue["entra_id"] for issue in nights.issues() if issue["code"] == "team_lead_missing"]
    without = [g for (kind, g), lead in expected(company, owners=True)["leads"].items() if kind == "group" and not lead]
    assert sorted(named) == sorted(without)
    assert group_id in without


def test_a_group_that_leaves_the_pattern_archives_its_team_and_comes_back_as_the_same(nights: Nights) -> None:
    company = nights.tenant.company
    owned(nights, exclude=["Secret*"]).run()
    group_id = sorted(g for _, g in expected(company)["teams"])[0]
    name = company.groups[group_id].attributes["displayName"]
    query = "select id, status::text from peoplegoal.team where entra_id = %s and kind = 'group'"
    (before,) = nights.rows(query, group_id)

    company.update_group(group_id, displayName="Secret project")
    nights.run()
    assert nights.rows(query, group_id) == [{**before, "status": "archived"}]
    assert not [key for key in actual(nights.url)["members"] if key[:2] == ("group", group_id)]

    company.update_group(group_id, displayName=name)
    nights.run()
    assert nights.rows(query, group_id) == [before]
    assert actual(nights.url) == expected(company, owners=True)


def test_a_managers_team_is_renamed_with_the_person(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    boss = sorted(expected(company)["manager_teams"])[0]

    company.update_user(boss, displayName="Zoë O'Neil")
    nights.run()

    assert actual(nights.url)["manager_teams"][boss] == "Zoë O'Neil's team"
    (change,) = [c for c in nights.changes() if (c["entity"], c["action"]) == ("team", "update")]
    assert (change["entra_id"], list(change["fields"])) == (boss, ["name"])


def test_names_that_collide_are_told_apart_and_stay_so(nights: Nights) -> None:
    company = nights.tenant.company
    one, other = sorted(expected(company)["manager_teams"])[:2]
    for person in (one, other):
        company.update_user(person, displayName="Sam Smith")
    first, second = sorted(g for _, g in expected(company)["teams"])[:2]
    company.update_group(second, displayName=company.groups[first].attributes["displayName"].upper())
    assert wanted(company.users[one].attributes)

    nights.run()

    assert actual(nights.url) == expected(company)
    doubles = {issue["entra_id"] for issue in nights.issues() if issue["code"] == "team_name_duplicate"}
    assert {other, second} <= doubles
    assert not {one, first} & doubles
    assert nights.run() == "no_changes"


def test_decomposed_names_are_one_with_composed_ones(nights: Nights) -> None:
    company = nights.tenant.company
    one, other = sorted(expected(company)["manager_teams"])[:2]
    company.update_user(one, displayName="Rene\u0301 Vogel")
    company.update_user(other, displayName="Ren\u00e9 Vogel")
    group = sorted(entra_id for _, entra_id in expected(company)["teams"])[0]
    company.update_group(group, displayName="Cafe\u0301")

    nights.run()

    there = actual(nights.url)
    assert there == expected(company)
    assert there["manager_teams"][one] == "Ren\u00e9 Vogel's team"
    assert there["manager_teams"][other].startswith("Ren\u00e9 Vogel's team (")
    assert there["teams"]["group", group] == "Caf\u00e9"
