"""``/users`` as Graph answers it."""

from __future__ import annotations

import time

import pytest

from sandbox.server.properties import USER_DEFAULT
from sandbox.testing import SandboxTenant
from tests.sandbox.conftest import EVENTUAL, Client

SELECT = "id,accountEnabled,mail,onPremisesExtensionAttributes"


def test_without_select_there_are_eleven_properties_and_a_hundred_users(client: Client) -> None:
    body = client.get("/users").json()

    assert len(body["value"]) == 100
    assert set(body["value"][0]) == set(USER_DEFAULT)
    assert body["@odata.nextLink"].startswith(f"{client.tenant.base_url}/users?")


def test_a_chain_of_pages_gives_every_user_once_with_the_selected_properties(client: Client) -> None:
    rows = client.rows(f"/users?$select={SELECT}&$top=7")

    assert [row["id"] for row in rows] == list(client.tenant.company.users)
    assert all(list(row) == SELECT.split(",") for row in rows)
    assert all(row["mail"] == client.tenant.company.users[row["id"]].attributes.get("mail") for row in rows)


def test_a_next_link_may_be_asked_twice_and_is_opaque(client: Client) -> None:
    link = client.get("/users?$select=id&$top=20").json()["@odata.nextLink"]

    assert client.get(link).json()["value"] == client.get(link).json()["value"]
    assert "select" not in link.replace("$skiptoken", "")
    assert client.error(f"{client.tenant.base_url}/users?$skiptoken=made-up") == (400, "Directory_ExpiredPageToken")
    assert client.error(link.replace("/users?", "/groups?")) == (400, "Directory_ExpiredPageToken")


@pytest.mark.parametrize("top", ["0", "1000", "-1", "many", ""])
def test_a_page_holds_1_to_999_objects(client: Client, top: str) -> None:
    answer = client.get(f"/users?$top={top}")

    assert answer.status_code == 400
    assert "Invalid page size specified" in answer.json()["error"]["message"]


def test_expanding_the_manager_caps_the_page_at_100(client: Client) -> None:
    body = client.get("/users?$select=id&$expand=manager($select=id)&$top=999").json()

    assert len(body["value"]) == 100
    rows = client.rows("/users?$select=id&$expand=manager($select=id)&$top=999")
    company = client.tenant.company
    assert {row["id"]: row.get("manager", {}).get("id") for row in rows} == {
        i: company.manager_of(i) for i in company.users
    }
    kinds = {row["manager"]["@odata.type"] for row in rows if "manager" in row}
    assert kinds == {"#microsoft.graph.user", "#microsoft.graph.orgContact"}
    assert set(next(row for row in rows if "manager" in row)["manager"]) == {"@odata.type", "id"}


def test_no_manager_is_absent_or_null_as_set(client: Client) -> None:
    chief = next(iter(client.tenant.company.users))
    assert "manager" not in client.get(f"/users/{chief}?$select=id&$expand=manager").json()

    client.tenant.settings.manager_null = True

    assert client.get(f"/users/{chief}?$select=id&$expand=manager").json()["manager"] is None
    assert client.error(f"/users/{chief}/manager") == (404, "Request_ResourceNotFound")


def test_one_user_by_id_or_principal_name_with_manager_and_reports(client: Client) -> None:
    company = client.tenant.company
    user = next(u for u in company.users.values() if u.manager_id in company.users)
    guest = next(u for u in company.users.values() if u.attributes["userType"] == "Guest")

    assert client.get(f"/users/{user.id}").json()["displayName"] == user.attributes["displayName"]
    assert client.get(f"/users/{user.id}/manager?$select=id").json()["id"] == user.manager_id
    assert user.id in {row["id"] for row in client.rows(f"/users/{user.manager_id}/directReports")}
    name = guest.attributes["userPrincipalName"].replace("#", "%23")
    assert client.get(f"/users/{name}?$select=id,userType").json()["id"] == guest.id
    assert client.error("/users/nobody@contoso.com") == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("$select=id,shoeSize", 400, "BadRequest"),
        ("$select=extensionAttribute1", 400, "BadRequest"),
        ("$select=skills", 501, "NotImplemented"),
        ("$select=signInActivity", 403, "Authorization_RequestDenied"),
        ("$skip=5", 400, "Request_UnsupportedQuery"),
        ("$format=xml", 400, "BadRequest"),
        ("$top=5&$top=6", 400, "BadRequest"),
        ("$expand=memberOf", 400, "Request_UnsupportedQuery"),
        ("$expand=manager($levels=max)", 400, "Request_UnsupportedQuery"),
        ("$filter=accountEnabled ne true", 400, "Request_UnsupportedQuery"),
        ("$filter=endsWith(mail,'x')", 400, "Request_UnsupportedQuery"),
        ("$filter=shoeSize eq 4", 400, "BadRequest"),
        ("$filter=mail eq", 400, "BadRequest"),
        ("$filter=(mail eq 'x'", 400, "BadRequest"),
    ],
)
def test_what_graph_refuses_is_refused(client: Client, query: str, status: int, code: str) -> None:
    assert client.error(f"/users?{query}") == (status, code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accountEnabled eq false", lambda u: not u["accountEnabled"]),
        ("userType eq 'Guest' and startswith(companyName,'fab')", lambda u: u.get("companyName") == "Fabrikam"),
        ("department in ('IT','Legal')", lambda u: u.get("department") in ("IT", "Legal")),
        ("surname eq 'o''brien'", lambda u: u["surname"] == "O'Brien"),
        (
            "userPrincipalName ge 'a' and userPrincipalName le 'f'",
            lambda u: "a" <= u["userPrincipalName"].lower() <= "f",
        ),
        ("(department eq 'IT') or (department eq 'Legal')", lambda u: u.get("department") in ("IT", "Legal")),
        ("createdDateTime ge 2026-01-01T00:00:00Z", lambda u: u["createdDateTime"] >= "2026-01-01T00:00:00Z"),
    ],
)
def test_filters_choose(client: Client, text: str, expected: object) -> None:
    assert callable(expected)
    found = {row["id"] for row in client.rows(f"/users?$select=id&$top=50&$filter={text}")}

    assert found == {i for i, user in client.tenant.company.users.items() if expected(user.attributes)}
    assert found


def test_advanced_queries_need_header_and_count(client: Client) -> None:
    rows = client.rows("/users?$count=true&$select=id&$filter=not(userType eq 'Guest')", **EVENTUAL)
    nulls = client.rows("/users?$count=true&$select=id&$filter=mail eq null", **EVENTUAL)
    users = client.tenant.company.users.values()

    assert len(rows) == sum(u.attributes["userType"] != "Guest" for u in users)
    assert len(nulls) == sum(u.attributes["mail"] is None for u in users)
    assert client.error("/users?$count=true&$expand=manager", **EVENTUAL) == (400, "Request_UnsupportedQuery")


def test_the_count_comes_with_the_header_only_and_on_the_first_page_only(client: Client) -> None:
    body = client.get("/users?$count=true&$top=200", **EVENTUAL).json()

    assert body["@odata.count"] == 250
    assert "@odata.count" not in client.get(body["@odata.nextLink"], **EVENTUAL).json()
    assert "@odata.count" not in client.get("/users?$count=true").json()
    assert client.error("/users/$count") == (400, "Request_BadRequest")
    answer = client.get("/users/$count", **EVENTUAL)
    assert (answer.text, answer.headers["content-type"]) == ("250", "text/plain")
    assert client.get("/users/$count?$filter=userType eq 'Guest'", **EVENTUAL).text == "10"


def test_deleted_users_are_in_the_deleted_items_only(client: Client) -> None:
    company = client.tenant.company
    left = list(company.users)[40]
    company.delete_user(left)

    assert left not in {row["id"] for row in client.rows("/users?$select=id")}
    assert client.error(f"/users/{left}") == (404, "Request_ResourceNotFound")
    (deleted,) = client.rows("/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime")
    assert deleted == {"id": left, "deletedDateTime": company.now()}


def test_a_change_shows_in_the_next_listing(client: Client) -> None:
    company = client.tenant.company
    someone = list(company.users)[3]
    company.update_user(someone, jobTitle=None, displayName="N. N.")
    newcomer = company.add_user(displayName="Ann Other")

    rows = {row["id"]: row for row in client.rows("/users?$top=999")}

    assert (rows[someone]["jobTitle"], rows[someone]["displayName"]) == (None, "N. N.")
    assert newcomer in rows


def test_every_answer_names_request_and_cost(client: Client) -> None:
    answer = client.get("/users?$select=id&$expand=manager", **{"client-request-id": "mine"})
    assert answer.headers["client-request-id"] == "mine"
    assert answer.headers["request-id"]
    assert answer.headers["x-ms-resource-unit"] == "2"
    assert client.get("/users").headers["x-ms-resource-unit"] == "2"
    assert client.get("/users?$select=id").headers["x-ms-resource-unit"] == "1"
    error = client.get("/users?$top=0", **{"client-request-id": "mine"}).json()["error"]
    assert error["innerError"]["client-request-id"] == "mine"


@pytest.mark.parametrize(
    ("path", "granted"),
    [
        ("/users", {"GroupMember.Read.All"}),
        ("/users", {"User.ReadBasic.All"}),
        ("/groups", {"User.Read.All"}),
        ("/organization", {"User.Read.All"}),
        ("/directory/deletedItems/microsoft.graph.group", {"GroupMember.Read.All"}),
    ],
)
def test_a_missing_permission_is_403(client: Client, path: str, granted: set[str]) -> None:
    client.tenant.settings.permissions = granted

    assert client.error(path) == (403, "Authorization_RequestDenied")


def test_the_organisation_names_its_domains(client: Client) -> None:
    (organization,) = client.rows("/organization")

    assert organization["id"] == client.tenant.tenant_id
    assert "contoso.com" in {domain["name"] for domain in organization["verifiedDomains"]}
    assert client.error("/me") == (400, "BadRequest")


def test_a_page_of_a_large_tenant_costs_little() -> None:
    with SandboxTenant(users=10_000, groups=50) as large:
        client = Client(large)
        with client.http:
            url = (
                f"/users?$select={SELECT},displayName,givenName,surname,jobTitle,department&$expand=manager($select=id)"
            )
            client.get(url)
            before = time.process_time()
            for _ in range(20):
                client.get(url)
            assert (time.process_time() - before) / 20 < 0.05, "client and server together"
