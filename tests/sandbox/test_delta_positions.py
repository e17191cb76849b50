"""Positions in the change feeds: what is refused, what is lost, what outlives a restart."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.company import Company
from sandbox.server.delta import LOST
from sandbox.server.tenant import Tenant
from sandbox.testing import SandboxTenant
from tests.sandbox.conftest import Client
from tests.sandbox.feeds import USERS, latest, path_of, told


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/users/delta?$filter=id eq 'a'", 400, "Request_UnsupportedQuery"),
        ("/users/delta?$select=shoeSize", 400, "BadRequest"),
        ("/users/delta?$select=skills", 400, "Request_BadRequest"),
        ("/users/delta?$select=members", 400, "BadRequest"),
        ("/users/delta?$select=signInActivity", 403, "Authorization_RequestDenied"),
        ("/groups/delta?$select=jobTitle", 400, "BadRequest"),
        ("/users/delta?$deltatoken=nobody", 400, "syncStateNotFound"),
        ("/users/delta?$skiptoken=nobody", 400, "syncStateNotFound"),
    ],
)
def test_what_graph_refuses_is_refused(client: Client, path: str, status: int, code: str) -> None:
    assert client.error(path) == (status, code)


def test_select_is_for_the_first_request_only(client: Client) -> None:
    client.tenant.settings.delta_page = 100
    link = client.get(USERS).json()["@odata.nextLink"]

    assert client.error(f"{link}&$select=displayName") == (400, "Request_BadRequest")
    assert client.error(f"{link}&$deltatoken=x&$select=displayName")[0] == 400


def test_a_position_belongs_to_one_feed(client: Client) -> None:
    token = latest(client, USERS).partition("$deltatoken=")[2]
    client.tenant.settings.delta_page = 100
    page = client.get(USERS).json()["@odata.nextLink"].partition("$skiptoken=")[2]

    assert client.error(f"/groups/delta?$deltatoken={token}") == (400, "syncStateNotFound")
    assert client.error(f"/groups/delta?$skiptoken={page}") == (400, "syncStateNotFound")


def test_a_changed_position_is_refused(client: Client) -> None:
    link = latest(client, USERS)
    changed = link[:-3] + ("AAA" if not link.endswith("AAA") else "BBB")

    assert client.error(changed) == (400, "syncStateNotFound")
    assert client.error(link + "é") == (400, "syncStateNotFound")


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        ("400", 400, "syncStateNotFound"),
        ("400-old", 400, "SyncStateNotFound"),
        ("404", 404, "syncStateNotFound"),
        ("404-old", 404, "SyncStateNotFound"),
        ("410", 410, "resyncRequired"),
    ],
)
def test_a_reset_loses_positions_and_half_read_rounds(client: Client, refusal: Any, status: int, code: str) -> None:
    client.tenant.settings.delta_refusal = refusal
    client.tenant.settings.delta_page = 100
    half, link = client.get(USERS).json()["@odata.nextLink"], latest(client, USERS)

    client.tenant.tenant.reset_delta()

    assert client.error(half) == (status, code)
    answer = client.get(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    if refusal == "410":
        location = answer.headers["Location"]
        assert parse_qs(urlsplit(location).query, keep_blank_values=True) == {"$deltatoken": [""]}
        assert len(told(client, location).records) == 250
    else:
        assert answer.json()["error"]["message"] == LOST
    assert told(client, latest(client, USERS)).records == []


def test_a_tenant_without_change_feeds_refuses_them(client: Client) -> None:
    client.tenant.settings.delta_supported = False

    assert client.error(USERS) == (400, "Request_UnsupportedQuery")


def restarted(old: SandboxTenant, saved: bytes) -> SandboxTenant:
    """The same application and the company as saved, in a new server."""
    new = SandboxTenant(Company.from_json(saved))
    new.tenant.app = old.tenant.app
    return new


def test_a_position_outlives_a_restart_and_a_reset_does_too(client: Client) -> None:
    company = client.tenant.company
    link = latest(client, USERS)
    person = next(iter(company.users))
    company.update_user(person, jobTitle="Astronaut")
    before = company.to_json()
    client.tenant.tenant.reset_delta()
    fresh = latest(client, USERS)
    after = company.to_json()

    with restarted(client.tenant, before) as again, (other := Client(again)).http:
        assert told(other, path_of(link)).ids == [person]
        # The reset was not saved, and the company has not come so far yet.
        assert other.error(path_of(fresh)) == (400, "syncStateNotFound")
    with restarted(client.tenant, after) as again, (other := Client(again)).http:
        assert other.error(path_of(link)) == (400, "syncStateNotFound")
        assert told(other, path_of(fresh)).records == []


def test_another_application_cannot_use_a_position(client: Client) -> None:
    link = latest(client, USERS)

    with SandboxTenant(client.tenant.company) as foreign, (other := Client(foreign)).http:
        assert other.error(path_of(link)) == (400, "syncStateNotFound")


def test_a_position_older_than_the_log_is_lost(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.model.CHANGES_KEPT", 10)
    company = client.tenant.company
    person = next(iter(company.users))
    link = latest(client, USERS)
    for number in range(11):
        kept = latest(client, USERS) if number == 5 else ""
        company.update_user(person, jobTitle=f"Title {number}")
        if kept:
            newer = kept

    assert len(company.changes) == 6
    assert client.error(link) == (400, "syncStateNotFound")
    assert told(client, newer).ids == [person]


def test_only_a_bounded_number_of_rounds_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.server.tenant.ROUNDS_KEPT", 2)
    client.tenant.tenant.rounds = Tenant(company=client.tenant.company).rounds
    client.tenant.settings.delta_page = 100

    links = [client.get(USERS).json()["@odata.nextLink"] for _ in range(3)]

    assert client.error(links[0]) == (400, "syncStateNotFound")
    assert [client.get(link).status_code for link in links[1:]] == [200, 200]
