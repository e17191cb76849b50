"""How fast one tenant is asked: requests under way, resource units in ten seconds, and pauses that Graph demands.

Graph limits an application in a tenant to 3,500, 5,000 or 8,000 resource units in ten seconds, by the tenant's size,
and shares that limit with nobody else's knowledge of it (docs/graph.md, 5). Above 80 % of it answers carry
``x-ms-throttle-limit-percentage``; over it come 429s, and a request sent while throttled still counts. So the units of
the last ten seconds are kept below a budget: it falls as soon as a percentage is told, and grows back slowly. What is
under way when that happens is spent all the same, so it stays small: below what the smallest quota has left at 80 %.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

WINDOW_S = 10.0
LARGEST_BUDGET = 7200.0  # 90 % of the largest documented quota, 8,000 units in ten seconds
SMALLEST_BUDGET = 100.0
AIM = 0.9  # of the quota, once the quota shows
TOO_NEAR = 0.95
UNDER_WAY = 400
NEGLIGIBLE = 500
SMALL = 4

FIRST_LIMIT, SMALLEST_LIMIT, LARGEST_LIMIT = 8, 1, 24
CHANGES_APART_S = 1.0
GROWTH = 1.03


class Pace:
    """Lets requests start in their order, no faster than the tenant bears. For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = LARGEST_BUDGET
        self.limit = FIRST_LIMIT
        self._clock = clock
        self._working = 0
        self._spent: deque[tuple[float, int]] = deque()
        self._used = 0
        self._under_way = 0
        self._not_before = 0.0
        self._changed_at = 0.0
        self._halved_at = 0.0
        self._good = 0
        # A page of users need not wait behind a batch that waits for room.
        self._gates = {False: asyncio.Lock(), True: asyncio.Lock()}
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def place(self, units: int) -> AsyncIterator[None]:
        """Hold one place for one request that is expected to cost ``units``."""
        async with self._gates[units > SMALL]:
            while True:
                if self._full(units):
                    await self._freed.wait()
                elif (wait_s := self.wait_s(units)) > 0:
                    await asyncio.sleep(wait_s)
                else:
                    break
            self._working += 1
            self._under_way += units
            self._spend(units)
        try:
            yield
        finally:
            self._working -= 1
            self._under_way -= units
            self._freed.set()
            self._freed = asyncio.Event()

    def _full(self, units: int) -> bool:
        # The more was spent without a complaint, the larger the quota is.
        crowded = self._under_way > 0 and self._under_way + units > max(UNDER_WAY, self._used / 10)
        return crowded or self._working >= self.limit

    async def pause(self) -> None:
        """Wait until the time that Graph named last."""
        while (left := self._not_before - self._clock()) > 0:
            await asyncio.sleep(left)

    def wait_s(self, units: int) -> float:
        """Seconds until a request of ``units`` may be sent: Retry-After first, then the budget."""
        now = self._clock()
        if now < self._not_before:
            return self._not_before - now
        self._forget(now)
        if not self._spent or self._used + units <= self.budget:
            return 0.0
        # When enough of the oldest will be ten seconds old.
        over = self._used + units - self.budget
        for at, spent in self._spent:
            over -= spent
            if over <= 0:
                return max(0.001, at + WINDOW_S - now)
        return WINDOW_S

    def answered(self, expected: int, units: int, throttle: float | None) -> None:
        """Take in an answer: its true cost, and how near the limit Graph says the application is (1.0: at it)."""
        if units > expected:
            self._spend(units - expected)
        now = self._clock()
        if throttle is not None and throttle >= 0.8:
            self._good = 0
            self._near(now, throttle)
            return
        self._good += 1
        if self._good % 4 == 0:
            self.limit = min(LARGEST_LIMIT, self.limit + 1)
        if now - self._changed_at >= CHANGES_APART_S and self.budget < LARGEST_BUDGET:
            self.budget = min(LARGEST_BUDGET, self.budget * GROWTH)
            self._changed_at = now

    def refused(self, *, throttled: bool, pause_s: float | None) -> None:
        """Take in a 429 or a failure: fewer requests at once, and none before ``pause_s`` have passed."""
        self._good = 0
        now = self._clock()
        if pause_s is not None:
            # Never early; a little apart, so that not all start in the same instant.
            self._not_before = max(self._not_before, now + pause_s + random.uniform(0.01, 0.1))
        # The items of one batch are refused together: that is one reason to slow down.
        if now - self._halved_at < CHANGES_APART_S:
            return
        self._halved_at = now
        self.limit = max(SMALLEST_LIMIT, self.limit // 2)
        if throttled:
            self._lower(now, self._counted(now) * 0.7)

    def _near(self, now: float, throttle: float) -> None:
        """Graph tells how much of its limit is used; what was used here over that share is the limit."""
        if now - self._changed_at < CHANGES_APART_S:
            return
        counted = self._counted(now)
        if counted < NEGLIGIBLE:
            # Somebody else uses the same quota: little of our own says nothing about the limit.
            if throttle >= TOO_NEAR:
                self._lower(now, self.budget * AIM)
            return
        # Where Graph counts otherwise than by a window, the estimate is too high: then what was spent was too much.
        self._lower(now, (counted if throttle >= TOO_NEAR else counted / throttle) * AIM)

    def _counted(self, now: float) -> int:
        """Units of the last ten seconds that Graph has counted already."""
        self._forget(now)
        return self._used - self._under_way

    def _lower(self, now: float, budget: float) -> None:
        self.budget = max(SMALLEST_BUDGET, min(self.budget, budget))
        self._changed_at = now

    def _spend(self, units: int) -> None:
        self._spent.append((self._clock(), units))
        self._used += units

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] <= now - WINDOW_S:
            self._used -= self._spent.popleft()[1]
