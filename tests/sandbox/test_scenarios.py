"""Bad nights by name: each does what its sentence says, and ``healthy`` ends it."""

from __future__ import annotations

import copy
import json
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import Fault
from sandbox.scenarios import SCENARIOS, UnknownScenario
from tests.sandbox.conftest import EVENTUAL, Client, stop_the_clock
from tests.sandbox.test_cli import run, served

USERS = "/users?$select=id&$expand=manager($select=id)&$top=100"
GROUPS = "/groups?$select=id"


def token(client: Client) -> httpx.Response:
    tenant = client.tenant
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    return client.http.post(f"{tenant.authority}/{tenant.tenant_id}/oauth2/v2.0/token", data=form)


def outcome(client: Client, url: str) -> str:
    """What one request comes to: its status, ``half`` an answer, or ``dropped``."""
    try:
        answer = client.get(url)
        answer.json()
    except httpx.TransportError:
        return "dropped"
    except json.JSONDecodeError:
        return "half"
    return str(answer.status_code)


def status(method: str, url: str, ca_file: str) -> int:
    with httpx.Client(verify=ssl.create_default_context(cafile=ca_file), trust_env=False) as http:
        return http.request(method, url).status_code


def test_every_scenario_is_tested_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in SCENARIOS if f'scenario("{name}")' not in text] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_healthy_ends_every_scenario(client: Client, name: str) -> None:
    tenant = client.tenant
    tenant.settings.users_page = 77  # set by hand: a scenario ends that too
    before = copy.deepcopy(tenant.tenant.settings)
    before.users_page = None
    tenant.scenario(name)
    tenant.scenario("healthy")

    assert tenant.settings == before
    assert tenant.settings is tenant.tenant.settings
    assert {row["id"] for row in client.rows(USERS)} == tenant.company.users.keys()
    assert token(client).status_code == 200


def test_a_scenario_leaves_nothing_of_the_one_before(client: Client) -> None:
    client.tenant.scenario("down")
    client.tenant.scenario("half-missing")

    assert client.get(GROUPS).status_code == 200


def test_an_unknown_scenario_is_refused_with_the_list(client: Client) -> None:
    with pytest.raises(UnknownScenario, match=r"'earthquake'.*half-missing"):
        client.tenant.scenario("earthquake")


def test_throttled_refuses_even_a_small_tenant(client: Client) -> None:
    stop_the_clock(client.tenant)
    client.tenant.scenario("throttled")

    statuses = [client.get(USERS).status_code for _ in range(32)]

    assert statuses == [200] * 30 + [429] * 2


def test_the_quota_of_a_small_tenant(client: Client) -> None:
    stop_the_clock(client.tenant)
    client.tenant.scenario("quota")
    client.tenant.tenant.throttle.charge(3_498)

    assert [client.get(USERS).status_code for _ in range(2)] == [200, 429]


def test_flaky_fails_now_and_then_the_same_way_every_time(client: Client) -> None:
    rounds = []
    for _ in range(2):
        client.tenant.scenario("flaky")
        rounds.append([outcome(client, USERS) for _ in range(100)])

    assert rounds[0] == rounds[1]
    assert set(rounds[0]) == {"200", "500", "503", "half", "dropped"}
    assert rounds[0].count("200") > 85
    assert all(set(rounds[0][at : at + 5]) & {"200"} for at in range(96))


def test_flaky_reaches_batches_too(client: Client) -> None:
    client.tenant.scenario("flaky")
    item: dict[str, Any] = {"id": "1", "method": "GET", "url": GROUPS}

    assert client.batch(item).status_code == 504
    assert client.batch(item).status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        client.batch(item)


def test_slow_takes_a_second(client: Client) -> None:
    client.tenant.scenario("slow")
    started = time.monotonic()

    client.get(GROUPS)

    assert time.monotonic() - started >= 1


def test_a_page_expires_once(client: Client) -> None:
    client.tenant.scenario("page-expires")
    link = client.get(USERS).json()["@odata.nextLink"]

    assert client.error(link) == (400, "Directory_ExpiredPageToken")
    assert len(client.rows(USERS)) == 250


def test_half_of_the_users_are_missing_and_only_the_count_knows(client: Client) -> None:
    client.tenant.scenario("half-missing")

    assert 80 < len(client.rows(USERS)) < 170
    assert client.get("/users/$count", **EVENTUAL).text == "250"


def test_the_count_differs(client: Client) -> None:
    client.tenant.scenario("count-differs")

    assert len(client.rows(USERS)) == 250
    assert client.get("/users/$count", **EVENTUAL).text == "257"


def test_the_positions_are_lost(client: Client) -> None:
    link = client.get("/users/delta?$deltatoken=latest").json()["@odata.deltaLink"]
    assert client.get(link).status_code == 200

    client.tenant.scenario("delta-lost")

    answer = client.get(link)
    assert (answer.status_code, answer.headers["location"].rpartition("?")[2]) == (410, "$deltatoken=")


def test_a_night_about_lists_has_to_list(client: Client) -> None:
    """Otherwise the night would read the changes only, and never meet what is wrong."""
    for name in (name for name, scenario in SCENARIOS.items() if scenario.feed_lost):
        client.tenant.scenario("healthy")
        link = client.get("/groups/delta?$deltatoken=latest").json()["@odata.deltaLink"]
        client.tenant.scenario(name)
        assert client.get(link).status_code in (400, 410), name


def test_a_foreign_link(client: Client) -> None:
    client.tenant.scenario("foreign-link")

    body = client.get(USERS).json()

    assert len(body["value"]) == 100
    assert not body["@odata.nextLink"].startswith(client.tenant.base_url)
    assert "@odata.nextLink" not in client.get(GROUPS).json()


def test_a_loop_never_ends(client: Client) -> None:
    client.tenant.scenario("loop")
    link = client.get(USERS).json()["@odata.nextLink"]

    answers = [client.get(link).json() for _ in range(3)]

    assert all(answer["@odata.nextLink"] == link for answer in answers)
    assert answers[0]["value"]
    assert answers[0]["value"] == answers[2]["value"]


def test_tokens_expire_within_a_run(client: Client) -> None:
    client.tenant.scenario("token-expires")
    answer = token(client).json()
    client.http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    statuses = [client.get(GROUPS).status_code for _ in range(4)]

    assert answer["expires_in"] == 3599
    assert statuses[-1] == 401


def test_the_secret_has_expired(client: Client) -> None:
    client.tenant.scenario("secret-expired")

    assert token(client).json()["error_codes"] == [7000222]


def test_permissions_are_lost(client: Client) -> None:
    client.tenant.scenario("permission-lost")
    assert client.error(USERS) == (403, "Authorization_RequestDenied")
    assert client.get(GROUPS).status_code == 200

    client.tenant.scenario("groups-forbidden")
    assert client.error(GROUPS) == (403, "Authorization_RequestDenied")
    assert client.get(USERS).status_code == 200


def test_nothing_works_when_it_is_down(client: Client) -> None:
    client.tenant.scenario("down")
    batch = client.batch({"id": "1", "method": "GET", "url": GROUPS})

    assert {client.get(USERS).status_code, token(client).status_code, batch.status_code} == {503}


def test_one_match_of_every_so_many_fails(client: Client) -> None:
    fault = client.tenant.faults.add(Fault(path="^/groups", status=500, skip=1, every=3, times=2))

    assert [client.get(GROUPS).status_code for _ in range(9)] == [200, 500, 200, 200, 500, 200, 200, 200, 200]
    assert client.tenant.faults.hits(fault) == 2


def test_a_running_tenant_takes_a_scenario_by_command(tmp_path: Path) -> None:
    with served(tmp_path, "--memory-only") as found:
        extra = found["connection"]["extra"]
        assert not (tmp_path / "company.json").exists()

        begun = run("scenario", "down", "--state", str(tmp_path))

        assert begun.returncode == 0, begun.stderr
        assert begun.stdout == f"down: {SCENARIOS['down'].sentence}\n"
        assert status("GET", f"{extra['base_url']}/users", extra["verify"]) == 503
        assert run("scenario", "healthy", "--state", str(tmp_path)).returncode == 0
        assert status("GET", f"{extra['base_url']}/users", extra["verify"]) == 401
        unknown = run("scenario", "earthquake", "--state", str(tmp_path))
        assert (unknown.returncode, "half-missing" in unknown.stderr) == (1, True)
        admin = f"https://localhost:{found['port']}/sandbox/scenario/down"
        assert status("POST", admin, extra["verify"]) == 401
        assert status("GET", f"{extra['base_url']}/users", extra["verify"]) == 401
        assert "Day 1" in run("day", "--state", str(tmp_path)).stdout
        assert not (tmp_path / "company.json").exists()


def test_a_scenario_is_for_a_running_tenant(tmp_path: Path) -> None:
    answer = run("scenario", "down", "--state", str(tmp_path))

    assert (answer.returncode, "No sandbox tenant is served" in answer.stderr) == (1, True)


def test_the_scenarios_are_listed_with_a_sentence_each() -> None:
    shown = run("scenarios").stdout.splitlines()

    assert [line.split()[0] for line in shown] == list(SCENARIOS)
    assert all(line.endswith(".") for line in shown)
