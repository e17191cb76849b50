"""``/groups`` and their members as Graph answers them."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import EVENTUAL, Client


def named(client: Client, name: str) -> str:
    """The id of a group."""
    groups = client.tenant.company.groups
    return next(i for i, group in groups.items() if group.attributes["displayName"] == name)


def test_every_group_is_listed_with_what_tells_its_kind(client: Client) -> None:
    rows = client.rows("/groups?$select=id,displayName,groupTypes,mailEnabled,securityEnabled,visibility&$top=9")

    assert [row["id"] for row in rows] == list(client.tenant.company.groups)
    for row in rows:
        attributes = client.tenant.company.groups[row["id"]].attributes
        assert all(row[name] == attributes.get(name) for name in row)
    assert client.get("/groups/$count", **EVENTUAL).text == str(len(rows))
    unified = client.rows("/groups?$filter=groupTypes/any(c:c eq 'Unified')&$select=id")
    assert 0 < len(unified) < len(rows)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/groups?$select=shoeSize", 400, "BadRequest"),
        ("/groups?$top=1000", 400, "Request_UnsupportedQuery"),
        ("/groups?$expand=members", 400, "Request_UnsupportedQuery"),
        ("/groups/$count", 400, "Request_BadRequest"),
        ("/groups/00000000-0000-4000-8000-000000000000", 404, "Request_ResourceNotFound"),
        ("/groups/00000000-0000-4000-8000-000000000000/members", 404, "Request_ResourceNotFound"),
    ],
)
def test_what_graph_refuses_is_refused(client: Client, path: str, status: int, code: str) -> None:
    assert client.error(path) == (status, code)


def test_members_are_typed_and_paged(client: Client) -> None:
    company = client.tenant.company
    everybody = named(client, "All Company")

    rows = client.rows(f"/groups/{everybody}/members?$select=id&$top=50")

    assert [row["id"] for row in rows] == company.members(everybody)
    assert all(set(row) == {"@odata.type", "id"} for row in rows)
    assert len(client.get(f"/groups/{everybody}/members").json()["value"]) == 100


def test_members_may_be_groups_and_devices_but_no_service_principals(client: Client) -> None:
    company = client.tenant.company
    group = named(client, "VPN Users")

    kinds = [row["@odata.type"].removeprefix("#microsoft.graph.") for row in client.rows(f"/groups/{group}/members")]

    assert set(kinds) == {"user", "group", "device"}
    assert len(company.members(group, service_principals=True)) == len(kinds) + 1
    users = client.rows(f"/groups/{group}/members/microsoft.graph.user?$select=id")
    assert len(users) == kinds.count("user")


def test_nested_members_come_once_each(client: Client) -> None:
    company = client.tenant.company
    group, inner = named(client, "VPN Users"), named(client, "Engineering")

    rows = [row["id"] for row in client.rows(f"/groups/{group}/transitiveMembers?$select=id&$top=999")]

    assert len(set(rows)) == len(rows)
    assert set(rows) == {*company.members(group), *company.members(inner)}
    assert client.get(f"/groups/{group}/transitiveMembers?$select=id").headers["x-ms-resource-unit"] == "4"


def test_owners_are_listed(client: Client) -> None:
    group = named(client, "Engineering")

    assert [row["id"] for row in client.rows(f"/groups/{group}/owners")] == client.tenant.company.groups[
        group
    ].owner_ids


def test_hidden_members_need_a_permission_of_their_own(client: Client) -> None:
    company, settings = client.tenant.company, client.tenant.settings
    hidden = named(client, "Confidential Projects")
    assert client.error(f"/groups/{hidden}/members") == (403, "Authorization_RequestDenied")

    settings.hidden_members = "empty"
    assert client.rows(f"/groups/{hidden}/members") == []

    settings.permissions.add("Member.Read.Hidden")
    assert [row["id"] for row in client.rows(f"/groups/{hidden}/members")] == company.members(hidden)


def test_without_the_permission_for_their_type_members_keep_type_and_id_only(client: Client) -> None:
    client.tenant.settings.permissions = {"GroupMember.Read.All"}
    group = named(client, "Engineering")

    rows = client.rows(f"/groups/{group}/members?$select=id,displayName")

    assert [row["id"] for row in rows] == client.tenant.company.members(group)
    assert {row["displayName"] for row in rows} == {None}


def test_deleted_users_are_no_members_and_deleted_groups_no_groups(client: Client) -> None:
    company = client.tenant.company
    group = named(client, "Engineering")
    left = company.members(group)[-1]

    company.delete_user(left)
    assert left not in {row["id"] for row in client.rows(f"/groups/{group}/members?$select=id")}

    company.delete_group(group)
    assert client.error(f"/groups/{group}/members") == (404, "Request_ResourceNotFound")
    (deleted,) = client.rows("/directory/deletedItems/microsoft.graph.group")
    assert deleted["id"] == group


def test_pages_may_be_smaller_than_asked_for_and_empty(client: Client) -> None:
    settings, company = client.tenant.settings, client.tenant.company
    settings.members_page, settings.groups_page, settings.users_page, settings.empty_pages = 9, 4, 11, True
    everybody = named(client, "All Company")

    first = client.get(f"/groups/{everybody}/members?$select=id&$top=999").json()
    second = client.get(first["@odata.nextLink"]).json()

    assert len(first["value"]) == 9
    assert second["value"] == []
    assert "@odata.nextLink" in second
    assert [r["id"] for r in client.rows(f"/groups/{everybody}/members?$top=999")] == company.members(everybody)
    assert [r["id"] for r in client.rows("/groups?$top=999")] == list(company.groups)
    assert [r["id"] for r in client.rows("/users?$top=999")] == list(company.users)
