"""Directory extensions and a schema extension: attributes that a part of the employees has."""

from __future__ import annotations

from sandbox.company import Company
from sandbox.extensions import BADGE, COST_CENTER, HR
from tests.sandbox.conftest import Client
from tests.sandbox.feeds import latest, told

OWN = {COST_CENTER, BADGE, HR}


def having(company: Company) -> list[str]:
    """Ids of the people that have the extensions."""
    return [user.id for user in company.users.values() if user.attributes.keys() >= OWN]


def test_a_part_of_the_employees_has_them_and_the_others_have_none(client: Client) -> None:
    rows = {row["id"]: row for row in client.rows(f"/users?$select=id,{COST_CENTER},{BADGE},{HR}&$top=50")}

    users = client.tenant.company.users
    some = having(client.tenant.company)
    assert len(users) // 5 < len(some) < len(users) // 2
    assert {i for i, row in rows.items() if row.keys() & OWN} == set(some)
    for person in some:
        row, attributes = rows[person], users[person].attributes
        assert {name: row[name] for name in OWN} == {name: attributes[name] for name in OWN}
        assert row[COST_CENTER] == attributes["employeeOrgData"]["costCenter"] or attributes["employeeOrgData"] is None
        assert isinstance(row[BADGE], int)
        assert set(row[HR]) == {"grade", "remote"}
    assert len({rows[person][BADGE] for person in some}) == len(some)
    assert {rows[person][HR]["remote"] for person in some} == {True, False}


def test_they_come_only_when_selected(client: Client) -> None:
    person = having(client.tenant.company)[0]
    assert not client.get(f"/users/{person}").json().keys() & OWN
    assert client.get(f"/users/{person}?$select=id,{BADGE}").json().keys() >= {BADGE}
    assert client.error("/users?$select=extension_costCenter")[0] == 400
    assert client.error("/users?$select=costCenter")[0] == 400


def test_the_change_feed_tells_what_changed_and_what_was_cleared(client: Client) -> None:
    company = client.tenant.company
    one, other, third = having(company)[:3]
    link = latest(client, f"/users/delta?$select={COST_CENTER},{HR}")

    company.update_user(one, **{HR: {"grade": 99, "remote": True}})
    company.update_user(other, **{COST_CENTER: None})
    company.update_user(third, **{BADGE: 1})
    first = told(client, link)

    assert {record["id"]: record for record in first.records} == {
        one: {"id": one, COST_CENTER: company.users[one].attributes[COST_CENTER], HR: {"grade": 99, "remote": True}},
        other: {"id": other, COST_CENTER: None, HR: company.users[other].attributes[HR]},
    }
    assert told(client, first.link).records == []
    assert COST_CENTER not in client.get(f"/users/{other}?$select=id,{COST_CENTER}").json()


def test_the_company_keeps_them_in_its_file(client: Client) -> None:
    company = client.tenant.company
    again = Company.from_json(company.to_json())
    assert having(again) == having(company) != []
    assert all(again.users[i].attributes == company.users[i].attributes for i in having(company))
