"""Ranges of principal names, users that a list leaves out, and queries that a tenant may refuse."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.sandbox.conftest import EVENTUAL, Client

NAME = "userPrincipalName"


def name_of(client: Client, user_id: str) -> str:
    return str(client.tenant.company.users[user_id].attributes[NAME])


def ids(client: Client, query: str) -> list[str]:
    return [row["id"] for row in client.rows(f"/users?$select=id&$top=60&{query}")]


def test_ranges_that_share_their_borders_hold_everybody(client: Client) -> None:
    company = client.tenant.company
    borders = sorted(name_of(client, i) for i in company.users)[20::50]
    queries = [f"{NAME} le '{borders[0]}'", f"{NAME} ge '{borders[-1]}'"]
    queries += [f"{NAME} ge '{a}' and {NAME} le '{b}'" for a, b in pairwise(borders)]

    found = [ids(client, f"$expand=manager($select=id)&$filter={query}") for query in queries]

    assert set().union(*found) == company.users.keys()
    assert sum(map(len, found)) == len(company.users) + len(borders)


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("{n} ge 'M'", lambda name: name >= "m"),
        ("{n} gt '{x}'", lambda name, x: name > x),
        ("{n} lt '{x}' and {n} ge 'c'", lambda name, x: "c" <= name < x),
        ("({n} ge '{x}' and {n} le '{x}')", lambda name, x: name == x),
        ("{n} ge 'z' and {n} le 'a'", lambda name: False),
        ("{n} le 'c' or {n} ge 't'", lambda name: name <= "c" or name >= "t"),
        ("{n} le 'k' and accountEnabled eq true and startswith({n},'c')", lambda name: name.startswith("c")),
    ],
)
def test_a_range_holds_who_lies_in_it_whatever_the_case(client: Client, text: str, test: object) -> None:
    assert callable(test)
    company = client.tenant.company
    middle = sorted(name_of(client, i) for i in company.users)[130].lower()
    more = (middle,) if "{x}" in text else ()
    wanted = {i for i in company.users if test(name_of(client, i).lower(), *more)}
    if "accountEnabled" in text:
        wanted = {i for i in wanted if company.users[i].attributes["accountEnabled"]}
    query = text.format(n=NAME, x=middle.upper())

    assert set(ids(client, f"$filter={query}")) == wanted
    assert client.get(f"/users/$count?$filter={query}", **EVENTUAL).text == str(len(wanted))


def test_a_range_knows_joiners_leavers_and_new_names_at_once(client: Client) -> None:
    company = client.tenant.company
    assert ids(client, f"$filter={NAME} ge 'zzz'") == []

    first = company.add_user(displayName="Zzz Zorro")
    renamed, left = list(company.users)[3:5]
    company.update_user(renamed, userPrincipalName="zzzz@contoso.com")
    company.update_user(left, userPrincipalName="zzzzz@contoso.com")
    assert ids(client, f"$filter={NAME} ge 'zzz'") == [first, renamed, left]
    company.delete_user(left)

    assert ids(client, f"$filter={NAME} ge 'zzz'") == [first, renamed]
    assert client.get("/users/ZZZZ@contoso.com?$select=id").json()["id"] == renamed


def test_users_that_the_list_leaves_out_are_the_same_every_time_and_still_counted(client: Client) -> None:
    company = client.tenant.company
    client.tenant.settings.users_missing = 0.5
    listed = ids(client, "$expand=manager($select=id)")

    assert 80 < len(listed) < 170
    assert ids(client, "") == listed
    low, high = (ids(client, f"$filter={NAME} {part} 'l'") for part in ("le", "gt"))
    assert set(low) | set(high) == set(listed)
    assert client.get("/users/$count", **EVENTUAL).text == "250"
    assert client.get("/users?$count=true", **EVENTUAL).json()["@odata.count"] == 250
    someone = next(i for i in company.users if i not in listed)
    assert client.get(f"/users/{someone}").status_code == 200

    client.tenant.settings.count_follows_list = True

    assert client.get("/users/$count", **EVENTUAL).text == str(len(listed))
    assert client.get(f"/users/$count?$filter={NAME} le 'l'", **EVENTUAL).text == str(len(low))
    assert len(client.rows("/groups?$select=id")) == len(company.groups)
    assert client.get("/groups/$count", **EVENTUAL).text == str(len(company.groups))


def test_a_tenant_may_refuse_a_filter_beside_an_expansion(client: Client) -> None:
    both = f"/users?$select=id&$expand=manager($select=id)&$filter={NAME} ge 'a'"
    assert client.get(both).status_code == 200
    client.tenant.settings.expand_with_filter = False

    assert client.error(both) == (400, "Request_UnsupportedQuery")
    assert client.get(f"/users?$select=id&$filter={NAME} ge 'a'").status_code == 200
    assert client.get("/users?$select=id&$expand=manager($select=id)").status_code == 200


def test_a_tenant_may_refuse_ranges(client: Client) -> None:
    client.tenant.settings.range_filters = False

    assert client.error(f"/users?$filter={NAME} ge 'a'") == (400, "Request_UnsupportedQuery")
    assert client.error(f"/users/$count?$filter={NAME} le 'a'", **EVENTUAL) == (400, "Request_UnsupportedQuery")
    assert client.get(f"/users?$filter={NAME} eq 'a@contoso.com'").status_code == 200
    assert client.get("/users?$filter=createdDateTime ge 2026-01-01T00:00:00Z").status_code == 200
