"""The change feeds: their pages, the ways they may behave, and what a round costs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import Client
from tests.sandbox.feeds import GONE, GROUPS, USERS, latest, told, user


@pytest.mark.parametrize("form", ["delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()"])
def test_every_form_of_the_name_works_and_links_keep_it(client: Client, form: str) -> None:
    client.tenant.settings.delta_page = 100

    first = client.get(f"/users/{form}?$select=id&$top=1&$expand=manager").json()

    assert len(first["value"]) == 100
    assert urlsplit(first["@odata.nextLink"]).path == f"/v1.0/users/{form}"
    rest = told(client, first["@odata.nextLink"])
    assert len(rest.records) == 150
    assert urlsplit(rest.link).path == f"/v1.0/users/{form}"


def test_a_round_is_what_it_was_when_it_began(client: Client) -> None:
    company = client.tenant.company
    client.tenant.settings.delta_page = 100
    *_, leaver, mover = company.users
    title = company.users[mover].attributes.get("jobTitle")

    def happen() -> None:
        company.delete_user(leaver)
        company.update_user(mover, jobTitle="Astronaut")
        company.add_user()

    first = told(client, USERS, happen)
    records = {record["id"]: record for record in first.records}
    assert ("@removed" in records[leaver], records[mover].get("jobTitle"), len(records)) == (False, title, 250)
    second = {record["id"]: record for record in told(client, first.link).records}
    assert (len(second), "@removed" in second[leaver], second[mover]["jobTitle"]) == (3, True, "Astronaut")


def test_a_page_can_be_asked_for_twice(client: Client) -> None:
    client.tenant.settings.delta_page = 100
    link = client.get(USERS).json()["@odata.nextLink"]

    assert client.get(link).json() == client.get(link).json()


def test_a_slice_larger_than_what_a_page_may_hold_by_now_still_comes(client: Client) -> None:
    settings = client.tenant.settings
    settings.delta_members = 40

    records = told(client, GROUPS, lambda: setattr(settings, "delta_members", 1)).records

    assert max(len(record.get("members@delta", [])) for record in records[-20:]) > 1
    assert {record["id"] for record in records} == set(client.tenant.company.groups)


def test_empty_pages_come_between(client: Client) -> None:
    client.tenant.settings.delta_page = 100
    client.tenant.settings.empty_pages = True

    assert [len(page) for page in told(client, USERS).pages] == [100, 0, 100, 0, 50]


def test_a_shuffled_round_tells_the_same_in_another_order_always_the_same(client: Client) -> None:
    plain = told(client, USERS).ids
    client.tenant.settings.delta_shuffle = True

    shuffled = told(client, USERS).ids

    assert shuffled != plain
    assert sorted(shuffled) == sorted(plain)
    assert told(client, USERS).ids == shuffled


def test_a_repeating_feed_tells_objects_twice_and_the_round_before_first(client: Client) -> None:
    company = client.tenant.company
    client.tenant.settings.delta_repeat = True
    people = list(company.users)[30:34]
    club = company.add_group(displayName="Club")
    link, groups = latest(client, USERS), latest(client, GROUPS)
    for person in people:
        company.update_user(person, jobTitle="Astronaut")
    company.add_member(club, people[0])
    first, first_groups = told(client, link), told(client, groups)
    assert first.ids[:4] == people
    assert len(first.ids) == 6

    company.update_user(people[3], jobTitle="Pilot")
    company.remove_member(club, people[0])
    second, second_groups = told(client, first.link), told(client, first_groups.link)

    assert set(second.ids) == set(people)
    assert second.ids[-1] == people[3]
    replayed = [entry for record in second_groups.records for entry in record["members@delta"]]
    assert replayed == [user(people[0]), user(people[0], **GONE)]
    assert set(told(client, second.link).ids) == {people[3]}


def test_what_is_held_back_comes_in_a_later_round(client: Client) -> None:
    company = client.tenant.company
    link = latest(client, USERS)
    people = list(company.users)[30:36]
    for person in people:
        company.update_user(person, jobTitle="Astronaut")
    client.tenant.settings.delta_lag = 2

    first = told(client, link)
    assert first.ids == people[:4]
    assert told(client, first.link).ids == []
    started = latest(client, USERS)
    client.tenant.settings.delta_lag = 0

    assert told(client, first.link).ids == people[4:]
    assert told(client, started).ids == people[4:]


def test_a_later_round_does_not_go_through_all_objects(client: Client) -> None:
    class Counted(dict[str, Any]):
        walks = 0

        def __iter__(self) -> Any:
            Counted.walks += 1
            return super().__iter__()

        def values(self) -> Any:
            Counted.walks += 1
            return super().values()

        def items(self) -> Any:
            Counted.walks += 1
            return super().items()

    company = client.tenant.company
    people, teams = list(company.users)[10:20], list(company.groups)[:3]
    links = [latest(client, USERS), latest(client, GROUPS)]
    for person in people:
        company.update_user(person, jobTitle="Astronaut")
    company.delete_user(company.add_user())
    for team in teams:
        company.add_member(team, company.add_user())
    for name in ("users", "groups", "deleted_users", "deleted_groups", "others"):
        setattr(company, name, Counted(getattr(company, name)))

    found = [told(client, link).ids for link in links]

    assert (len(found[0]), len(found[1]), Counted.walks) == (14, 3, 0)
    told(client, USERS)
    assert Counted.walks > 0
