"""How fast the tenant is asked: never before Retry-After, never over a budget that follows what Graph tells."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from entra_sync.extract.pace import LARGEST_BUDGET, LARGEST_LIMIT, SMALLEST_BUDGET, WINDOW_S, Pace


@dataclass
class Clock:
    """Time that passes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def spend(pace: Pace, units: int) -> None:
    """A request that may be sent at once."""
    assert pace.wait_s(units) == 0

    async def one() -> None:
        async with pace.place(units):
            pass

    asyncio.run(one())


def test_nothing_is_sent_before_the_time_that_graph_named(pace: Pace, clock: Clock) -> None:
    pace.refused(throttled=True, pause_s=7.5)

    assert pace.wait_s(1) > 7.5
    clock.now += 7.4
    assert pace.wait_s(1) > 0.1
    clock.now += 0.3
    assert pace.wait_s(1) == 0


def test_a_shorter_pause_does_not_end_a_longer_one(pace: Pace, clock: Clock) -> None:
    pace.refused(throttled=True, pause_s=20)
    pace.refused(throttled=True, pause_s=1)
    clock.now += 19

    assert pace.wait_s(1) > 0.9


def test_the_units_of_ten_seconds_stay_below_the_budget(pace: Pace, clock: Clock) -> None:
    spend(pace, int(LARGEST_BUDGET) - 10)

    assert pace.wait_s(10) == 0
    assert pace.wait_s(11) == pytest.approx(WINDOW_S)
    clock.now += WINDOW_S
    assert pace.wait_s(11) == 0


def test_a_request_larger_than_the_whole_budget_is_sent_alone(pace: Pace, clock: Clock) -> None:
    assert pace.wait_s(int(LARGEST_BUDGET) * 2) == 0
    spend(pace, 1)
    assert pace.wait_s(int(LARGEST_BUDGET) * 2) > 0


def test_what_a_request_cost_more_than_expected_counts(pace: Pace, clock: Clock) -> None:
    spend(pace, 10)
    pace.answered(10, int(LARGEST_BUDGET), None)

    assert pace.wait_s(1) > 0


def test_a_percentage_tells_the_quota(pace: Pace, clock: Clock) -> None:
    spend(pace, 2800)  # of 3,500, the quota of a small tenant
    pace.answered(2800, 2800, 0.8)

    assert 2800 <= pace.budget <= 3500 * 0.9
    for _ in range(20):
        clock.now += 1.1
        pace.answered(1, 1, 0.9)
    assert pace.budget >= 2000, "near the limit, but below it"


@pytest.mark.parametrize("told", [0.95, 1.0, 1.4, 1.8])
def test_the_budget_falls_as_long_as_the_percentage_is_high(pace: Pace, clock: Clock, told: float) -> None:
    """However the service counts: below what was used, again and again, to a floor."""
    spend(pace, 4000)
    before = pace.budget
    for _ in range(40):
        clock.now += 1.1 + pace.wait_s(40)
        spend(pace, 40)
        pace.answered(40, 40, told)
        assert pace.budget <= before
        before = pace.budget

    assert pace.budget < 1000
    assert pace.budget >= SMALLEST_BUDGET


def test_the_budget_grows_back_slowly(pace: Pace, clock: Clock) -> None:
    spend(pace, 2000)
    pace.answered(2000, 2000, 1.0)
    low = pace.budget
    pace.answered(2, 2, None)
    assert pace.budget == low, "not within the same second"

    for _ in range(200):
        clock.now += 1
        pace.answered(2, 2, None)

    assert pace.budget == LARGEST_BUDGET


def test_fewer_requests_at_once_after_a_refusal_and_more_when_all_is_well(pace: Pace, clock: Clock) -> None:
    for _ in range(200):
        pace.answered(2, 2, None)
    assert pace.limit == LARGEST_LIMIT

    pace.refused(throttled=True, pause_s=None)
    assert pace.limit == LARGEST_LIMIT // 2
    for _ in range(20):
        clock.now += 2
        pace.refused(throttled=True, pause_s=None)
    assert pace.limit == 1


def test_requests_start_in_their_order_and_never_more_than_allowed() -> None:
    pace, running, most, order = Pace(), 0, 0, []

    async def one(number: int) -> None:
        nonlocal running, most
        async with pace.place(1):
            order.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    async def many() -> None:
        await asyncio.gather(*(one(n) for n in range(100)))

    asyncio.run(many())

    assert order == sorted(order)
    assert 1 < most <= pace.limit
