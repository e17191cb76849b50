"""Faults: they meet the requests that they name, as often as they say."""

from __future__ import annotations

import time

import httpx
import pytest

from sandbox.faults import Fault
from tests.sandbox.conftest import Client


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 504])
def test_a_fault_answers_in_graphs_form(client: Client, status: int) -> None:
    client.tenant.faults.add(Fault(path=r"^/users", status=status, headers={"Retry-After": "3"}))

    answer = client.get("/users?$select=id")

    assert answer.status_code == status
    assert answer.json()["error"].keys() == {"code", "message", "innerError"}
    assert answer.headers["retry-after"] == "3"
    assert client.get("/groups").status_code == 200


def test_the_first_matches_pass_the_next_fail_the_rest_pass_again(client: Client) -> None:
    fault = client.tenant.faults.add(Fault(path=r"^/users\?", status=500, skip=2, times=2))

    assert [client.get("/users?$top=1").status_code for _ in range(6)] == [200, 200, 500, 500, 200, 200]
    assert client.tenant.faults.hits(fault) == 2


def test_a_worn_off_fault_leaves_room_for_the_next(client: Client) -> None:
    client.tenant.faults.add(Fault(path="users", status=500, times=1))
    client.tenant.faults.add(Fault(path="users", status=503, times=1))

    assert [client.get("/users?$top=1").status_code for _ in range(3)] == [500, 503, 200]


def test_clear_ends_them_all(client: Client) -> None:
    client.tenant.faults.add(Fault(path=".", status=500))
    client.tenant.faults.clear()

    assert client.get("/users").status_code == 200


def test_a_body_or_raw_bytes_replace_the_answer(client: Client) -> None:
    client.tenant.faults.add(Fault(path="users", body={"value": []}, times=1))
    client.tenant.faults.add(Fault(path="users", status=200, raw=b'{"value": [{"id": "cut', times=1))

    assert client.get("/users").json() == {"value": []}
    assert client.get("/users").content == b'{"value": [{"id": "cut'


def test_a_dropped_connection_is_dropped_and_the_server_lives_on(client: Client) -> None:
    client.tenant.faults.add(Fault(path="users", close=True, times=1))
    client.tenant.faults.add(Fault(path="members", close=True, times=1))
    group = next(iter(client.tenant.company.groups))

    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/users")
    with pytest.raises(httpx.RemoteProtocolError):
        client.batch({"id": "1", "method": "GET", "url": f"/groups/{group}/members"})
    assert client.get("/users").status_code == 200


def test_a_delay_alone_slows_the_true_answer_down(client: Client) -> None:
    client.tenant.faults.add(Fault(path="users", delay_s=0.1, times=1))
    started = time.monotonic()

    assert len(client.get("/users").json()["value"]) == 100
    assert time.monotonic() - started >= 0.1


def test_every_request_can_be_slow(client: Client) -> None:
    client.tenant.settings.latency_s = 0.05
    started = time.monotonic()

    client.get("/users")

    assert time.monotonic() - started >= 0.05


def test_the_login_host_can_fail_too(client: Client) -> None:
    client.tenant.faults.add(Fault(path=r"/oauth2/v2\.0/token$", method="POST", status=503))

    answer = client.http.post(f"{client.tenant.authority}/{client.tenant.tenant_id}/oauth2/v2.0/token")

    assert answer.status_code == 503


def test_what_was_asked_is_counted(client: Client) -> None:
    client.rows("/users?$select=id&$top=100")
    client.batch({"id": "1", "method": "GET", "url": "/groups"})
    counters = client.tenant.counters

    assert counters.requests == 4
    assert counters.by_kind == {"users": 3, "$batch": 1, "groups": 1}
    assert counters.batch_items == 1
    assert counters.bytes_sent > 1_000
