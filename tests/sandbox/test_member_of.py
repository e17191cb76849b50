"""``memberOf`` of users and groups: direct groups only, and none that the application may not look into."""

from __future__ import annotations

from tests.sandbox.conftest import Client


def test_member_of_gives_the_groups_that_hold_the_object_directly(client: Client) -> None:
    company = client.tenant.company
    person = list(company.users)[20]
    inner, outer, gone = (company.add_group(displayName=name) for name in ("Inner", "Outer", "Gone"))
    hidden = company.add_group(displayName="Hidden", visibility="HiddenMembership")
    for group, member in ((inner, person), (outer, inner), (gone, person), (hidden, person)):
        company.add_member(group, member)
    company.delete_group(gone)

    rows = client.rows(f"/users/{person}/memberOf?$select=id&$top=2")

    expected = [g for g, group in company.groups.items() if person in group.member_ids and g != hidden]
    assert [row["id"] for row in rows] == expected
    assert inner in expected
    assert all(row == {"@odata.type": "#microsoft.graph.group", "id": row["id"]} for row in rows)
    assert [row["id"] for row in client.rows(f"/groups/{inner}/memberOf")] == [outer]
    client.tenant.settings.permissions.add("Member.Read.Hidden")
    assert hidden in [row["id"] for row in client.rows(f"/users/{person}/memberOf")]


def test_member_of_costs_two_units_and_needs_the_permission_of_the_object(client: Client) -> None:
    company = client.tenant.company
    person, group = next(iter(company.users)), next(iter(company.groups))

    assert client.get(f"/users/{person}/memberOf").headers["x-ms-resource-unit"] == "2"
    assert client.error("/users/00000000-0000-4000-8000-000000000000/memberOf") == (404, "Request_ResourceNotFound")
    client.tenant.settings.permissions.discard("User.Read.All")
    assert client.get(f"/users/{person}/memberOf").status_code == 403
    assert client.get(f"/groups/{group}/memberOf").status_code == 200
