"""The quota on resource units: how it is counted, what is told near it and over it, and who comes back too early."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.server.errors import GraphRefusal
from sandbox.server.tenant import AppRegistration, Counters, Settings
from sandbox.server.throttle import Throttle
from sandbox.testing import SandboxTenant
from tests.sandbox.conftest import EVENTUAL, Client, stop_the_clock

WINDOWS = ("bucket", "sliding", "fixed")
WALL = 1_800_000_000.25


@dataclass
class Driven:
    """A throttle whose time the test drives."""

    settings: Settings
    counters: Counters = field(default_factory=Counters)
    now: float = 1_000.0

    def __post_init__(self) -> None:
        app = AppRegistration(tenant_id="tenant", client_id="client")
        self.throttle = Throttle(
            self.settings, self.counters, app, clock=lambda: self.now, wall=lambda: WALL + self.now - 1_000.0
        )

    def refusal(self, units: int) -> dict[str, str] | None:
        """The headers of the 429, None when the request is let through."""
        try:
            self.throttle.charge(units)
        except GraphRefusal as refused:
            return {"status": f"{refused.status} {refused.code}"} | refused.headers
        return None

    def wait(self, units: int) -> float | None:
        """Seconds of the Retry-After, None when the request is let through."""
        headers = self.refusal(units)
        return None if headers is None else float(headers["Retry-After"])

    def spend(self, units: int) -> None:
        for _ in range(units):
            self.throttle.charge(1)


def driven(quota: Any = 100, **settings: Any) -> Driven:
    return Driven(Settings(quota=quota, **settings))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("quota", "units"), [("S", 3_500), ("M", 5_000), ("L", 8_000), (7, 7)])
def test_exactly_the_quota_passes_at_once(quota: Any, units: int, window: Any) -> None:
    tenant = driven(quota, quota_window=window)

    tenant.spend(units)

    assert tenant.counters.throttled == 0
    assert tenant.refusal(1) is not None
    assert tenant.counters.throttled == 1


def test_without_a_quota_nothing_is_refused_or_told() -> None:
    tenant = driven(None)

    tenant.spend(20_000)

    assert tenant.throttle.pressure() == {}


def test_a_bucket_refills_evenly() -> None:
    tenant = driven(retry_after="float")
    tenant.spend(100)

    assert tenant.wait(5) == pytest.approx(1.0)  # for the refused request and for the next
    tenant.now += 0.99
    assert tenant.wait(5) == pytest.approx(0.51)
    tenant.now += 0.51
    assert tenant.wait(5) is None


def test_a_sliding_window_forgets_each_request_after_ten_seconds() -> None:
    tenant = driven(retry_after="float", quota_window="sliding")
    tenant.spend(60)
    tenant.now += 4
    tenant.spend(40)

    tenant.now += 5
    assert tenant.wait(3) == pytest.approx(1.0)
    tenant.now += 0.99
    assert tenant.wait(3) == pytest.approx(0.01)
    tenant.now += 0.01
    assert tenant.wait(54) is None  # beside the 40, and the two that were refused
    assert tenant.wait(1) == pytest.approx(4.0)


def test_a_fixed_window_starts_anew_every_ten_seconds() -> None:
    tenant = driven(retry_after="float", quota_window="fixed")
    tenant.spend(1)
    tenant.now += 9
    tenant.spend(99)
    assert tenant.wait(1) == pytest.approx(1.0)

    tenant.now += 1
    tenant.spend(100)

    assert tenant.wait(1) == pytest.approx(10.0)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("form", ["seconds", "float", "date"])
def test_whoever_waits_as_long_as_told_is_let_through_again(window: Any, form: Any) -> None:
    tenant = driven(quota_window=window, retry_after=form)
    for _ in range(40):
        tenant.throttle.received()
        headers = tenant.refusal(7)
        if headers is None:
            tenant.now += 0.01
            continue
        told = headers["Retry-After"]
        moment = email.utils.parsedate_to_datetime(told).timestamp() if form == "date" else None
        wait_s = float(told) if moment is None else moment - (WALL + tenant.now - 1_000.0)
        assert 0 < wait_s <= 12
        tenant.now += wait_s
        tenant.throttle.received()
        assert tenant.refusal(7) is None

    assert tenant.counters.throttled > 0
    assert tenant.counters.too_early == 0


@pytest.mark.parametrize("window", WINDOWS)
def test_requests_made_while_throttled_count(window: Any) -> None:
    patient, hasty = (driven(quota_window=window, retry_after="float") for _ in range(2))
    for tenant in (patient, hasty):
        tenant.now += 5
        tenant.spend(100)
    hasty_wait = max(hasty.wait(1) or 0 for _ in range(60))

    patient_wait = patient.wait(1)

    assert patient_wait is not None
    if window == "bucket":
        assert (patient_wait, hasty_wait) == pytest.approx((0.2, 6.1))
    assert hasty.throttle.pressure()["x-ms-throttle-limit-percentage"] == "1.6"


@pytest.mark.parametrize("window", WINDOWS)
def test_a_request_above_the_whole_quota_passes_when_nothing_is_used(window: Any) -> None:
    tenant = driven(2, quota_window=window)

    assert tenant.wait(5) is None
    assert tenant.wait(5) == (18.0 if window == "bucket" else 10.0)


@pytest.mark.parametrize("window", WINDOWS)
def test_how_near_the_limit_is_is_told_between_080_and_180(window: Any) -> None:
    tenant = driven(quota_window=window)
    told: list[str | None] = []
    for _ in range(200):
        tenant.refusal(1)
        told.append(tenant.throttle.pressure().get("x-ms-throttle-limit-percentage"))

    assert told[:80] == [None] * 80
    assert told[80] == "0.81"
    assert told[89] == "0.9"
    assert told[99] == "1.0"
    assert told[179:] == ["1.8"] * 21


def test_no_retry_after_can_be_had_too() -> None:
    tenant = driven(1, retry_after="none")
    tenant.spend(1)
    headers = tenant.refusal(1)

    assert headers == {
        "status": "429 TooManyRequests",
        "x-ms-throttle-scope": "Tenant_Application/ReadWrite/client/tenant",
        "x-ms-throttle-information": "ResourceUnitLimitExceeded",
    }
    tenant.now += 1
    tenant.throttle.received()
    assert tenant.counters.too_early == 0


def test_too_early_is_what_comes_between_the_grace_and_the_time_told() -> None:
    tenant = driven(20)
    tenant.spend(20)
    assert tenant.wait(1) == 1.0

    tenant.now += 0.2
    tenant.throttle.received()  # under way when the 429 left
    assert tenant.counters.too_early == 0
    tenant.now += 0.1
    tenant.throttle.received()
    assert tenant.counters.too_early == 1
    tenant.now += 0.7
    tenant.throttle.received()
    assert tenant.counters.too_early == 1


def test_a_second_429_holds_back_for_its_own_time() -> None:
    tenant = driven(20)
    tenant.spend(20)
    assert tenant.wait(1) == 1.0
    tenant.now += 0.1
    assert tenant.wait(3) == 4.0

    tenant.now += 3.8
    tenant.throttle.received()

    assert tenant.counters.too_early == 1


def test_a_changed_quota_begins_with_nothing_used() -> None:
    tenant = driven(1)
    tenant.spend(1)
    assert tenant.wait(1) is not None

    tenant.settings.quota = 100
    assert tenant.throttle.pressure() == {}
    tenant.now += 0.5
    tenant.throttle.received()

    assert tenant.wait(1) is None
    assert tenant.counters.too_early == 0


def test_requests_are_charged_what_they_cost_and_refused_over_the_quota() -> None:
    with SandboxTenant(users=60, quota=8) as tenant:
        stop_the_clock(tenant)
        client = Client(tenant)
        with client.http:
            answers = [client.get("/users?$select=id&$expand=manager($select=id)") for _ in range(6)]

            assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
            assert [answer.headers.get("x-ms-throttle-limit-percentage") for answer in answers[:3]] == [None] * 3
            assert answers[3].headers["x-ms-throttle-limit-percentage"] == "1.0"
            refused = answers[4]
            assert refused.json()["error"]["code"] == "TooManyRequests"
            assert refused.headers["retry-after"] == "5"  # 4 units at 0.8 a second
            scope = f"Tenant_Application/ReadWrite/{tenant.client_id}/{tenant.tenant_id}"
            assert refused.headers["x-ms-throttle-scope"] == scope
            assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
            assert tenant.counters.throttled == 2
            assert tenant.counters.resource_units == 8
            assert client.error("/users/$count", **EVENTUAL) == (429, "TooManyRequests")


def test_items_of_a_batch_are_throttled_one_by_one() -> None:
    with SandboxTenant(users=60, groups=12, quota=21, quota_window="fixed") as tenant:
        stop_the_clock(tenant)
        client = Client(tenant)
        with client.http:
            group = next(iter(tenant.company.groups))
            items = [{"id": str(n), "method": "GET", "url": f"/groups/{group}/members?$select=id"} for n in range(20)]

            answer = client.batch(*items)

            assert answer.status_code == 200
            responses = {int(response["id"]): response for response in answer.json()["responses"]}
            assert [responses[n]["status"] for n in range(20)] == [200] * 10 + [429] * 10
            assert {responses[n]["body"]["error"]["code"] for n in range(10, 20)} == {"TooManyRequests"}
            assert all(0 < int(responses[n]["headers"]["Retry-After"]) <= 10 for n in range(10, 20))
            assert responses[19]["headers"]["x-ms-throttle-limit-percentage"] == "1.8"
            assert tenant.counters.throttled == 10
            assert tenant.counters.too_early == 0
