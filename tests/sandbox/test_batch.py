"""``$batch``: items are answered on their own; the batch itself is strict about its form."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import Fault
from tests.sandbox.conftest import EVENTUAL, Client


def item(number: int | str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "method": "GET", "url": url, **more}


def test_every_item_has_its_own_status_in_any_order(client: Client) -> None:
    groups = list(client.tenant.company.groups)[:19]
    items = [item(n, f"/groups/{group}/members?$select=id&$top=999") for n, group in enumerate(groups)]
    orders = []
    for _ in range(3):
        answer = client.batch(*items, item("none", "/users/nobody"))
        assert answer.status_code == 200
        responses = answer.json()["responses"]
        orders.append([response["id"] for response in responses])
        found = {response["id"]: response for response in responses}
        assert found["none"]["status"] == 404
        for number, group in enumerate(groups):
            response = found[str(number)]
            if response["status"] == 403:
                assert client.tenant.company.groups[group].attributes["visibility"] == "HiddenMembership"
                continue
            assert [row["id"] for row in response["body"]["value"]] == client.tenant.company.members(group)
            assert response["headers"]["x-ms-resource-unit"] == "2"
    assert len({tuple(order) for order in orders}) > 1
    assert client.tenant.counters.batch_items == 60


def test_a_next_link_inside_a_batch_is_absolute_and_works(client: Client) -> None:
    everybody = next(iter(client.tenant.company.groups))
    (response,) = client.batch(item(1, f"groups/{everybody}/members?$select=id&$top=100")).json()["responses"]

    rows = response["body"]["value"] + client.rows(response["body"]["@odata.nextLink"])

    assert response["body"]["@odata.nextLink"].startswith(client.tenant.base_url)
    assert [row["id"] for row in rows] == client.tenant.company.members(everybody)


def test_headers_belong_to_the_item(client: Client) -> None:
    plain, eventual = "/users?$count=true&$top=1", {"headers": EVENTUAL}

    responses = client.batch(item(1, plain), item(2, plain, **eventual)).json()["responses"]

    counts = {response["id"]: response["body"].get("@odata.count") for response in responses}
    assert counts == {"1": None, "2": 250}


@pytest.mark.parametrize(
    "items",
    [
        [],
        [item(n, "/users") for n in range(21)],
        [item("a", "/users"), item("A", "/groups")],
        [{"id": "1", "url": "/users"}],
        [{"method": "GET", "url": "/users"}],
        [item(1, "https://graph.microsoft.com/v1.0/users")],
        [item(1, "/$batch")],
        ["users"],
    ],
)
def test_a_batch_of_a_wrong_form_is_refused_whole(client: Client, items: list[dict[str, Any]]) -> None:
    answer = client.batch(*items)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_only_reading_is_allowed(client: Client) -> None:
    (response,) = client.batch({"id": "1", "method": "DELETE", "url": "/users/x"}).json()["responses"]
    assert response["status"] == 405
    assert client.http.delete("/users").status_code == 405
    assert client.http.get("/$batch").status_code == 405


def test_what_depends_on_a_failed_item_fails(client: Client) -> None:
    responses = client.batch(item(1, "/users/nobody"), item(2, "/users", dependsOn=["1"])).json()["responses"]

    assert {response["id"]: response["status"] for response in responses} == {"1": 404, "2": 424}


def test_one_item_can_be_throttled_alone(client: Client) -> None:
    groups = list(client.tenant.company.groups)[:2]
    client.tenant.faults.add(Fault(path=groups[0], status=429, headers={"Retry-After": "7"}))

    responses = client.batch(*[item(n, f"/groups/{group}/members") for n, group in enumerate(groups)]).json()

    found = {response["id"]: response for response in responses["responses"]}
    assert (found["0"]["status"], found["1"]["status"]) == (429, 200)
    assert found["0"]["headers"]["Retry-After"] == "7"
    assert found["0"]["body"]["error"]["code"] == "TooManyRequests"


def test_a_batch_needs_the_token_once(client: Client) -> None:
    client.http.headers["Authorization"] = "Bearer nonsense"

    assert client.batch(item(1, "/users")).status_code == 401
