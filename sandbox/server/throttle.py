"""The limit on resource units of one application in one tenant, and what Graph tells when it is near or reached.

Every request is charged before it is answered, items of a ``$batch`` one by one, refused ones too: a request made while
throttled still counts. How the service counts exactly is not documented, so there are three ways (``quota_window``); a
client has to do well with each. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Protocol

from sandbox.server.errors import GraphRefusal

if TYPE_CHECKING:
    from sandbox.server.tenant import AppRegistration, Counters, Settings

QUOTAS = {"S": 3_500.0, "M": 5_000.0, "L": 8_000.0}  # units in WINDOW_S
WINDOW_S = 10.0
TOLD_ABOVE, MOST = 0.8, 1.8  # of the quota; more is neither told nor held against anybody
# Requests that arrive so soon after a 429 were under way when it left, or were sent before it was read.
GRACE_S = 0.25
CLOCKS_APART_S = 0.01
ROUNDING = 1e-6  # units


class Meter(Protocol):
    """One way of counting. ``used`` is the share of the quota that is used, as of the last charge."""

    used: float

    def charge(self, units: float, now: float) -> float:
        """Count a request; 0 when it is within the quota, else the seconds until the same request would be."""


class Bucket:
    """A full bucket that refills evenly; a refused request takes out of it too, down to a debt of 0.8 quotas."""

    def __init__(self, quota: float, now: float) -> None:
        self.used = 0.0
        self._quota, self._rate, self._at = quota, quota / WINDOW_S, now
        self._tokens = quota

    def charge(self, units: float, now: float) -> float:
        """Take ``units`` out of the bucket."""
        self._tokens = min(self._quota, self._tokens + (now - self._at) * self._rate)
        self._at = now
        refused = units > self._tokens + ROUNDING
        self._tokens = max(self._tokens - units, self._quota * (1 - MOST))
        self.used = 1 - self._tokens / self._quota
        return (units - self._tokens) / self._rate if refused else 0.0


class SlidingWindow:
    """The units of the last ten seconds."""

    def __init__(self, quota: float, now: float) -> None:
        self.used = 0.0
        self._quota = quota
        self._charges: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def charge(self, units: float, now: float) -> float:
        """Count ``units`` until ten seconds from now."""
        while self._charges and self._charges[0][0] <= now - WINDOW_S:
            self._sum -= self._charges.popleft()[1]
        refused = self._sum + units > self._quota + ROUNDING
        counted = max(0.0, min(units, self._quota * MOST - self._sum))
        self._charges.append((now, counted))
        self._sum += counted
        self.used = self._sum / self._quota
        return self._until_room(units, now) if refused else 0.0

    def _until_room(self, units: float, now: float) -> float:
        over = self._sum + units - self._quota
        for at, counted in self._charges:
            over -= counted
            if over <= 0:
                return at + WINDOW_S - now
        return WINDOW_S


class FixedWindow:
    """Ten seconds after ten seconds, each with the whole quota."""

    def __init__(self, quota: float, now: float) -> None:
        self.used = 0.0
        self._quota, self._begun, self._sum = quota, now, 0.0

    def charge(self, units: float, now: float) -> float:
        """Count ``units`` in the window of now."""
        if now >= self._begun + WINDOW_S:
            self._begun += (now - self._begun) // WINDOW_S * WINDOW_S
            self._sum = 0.0
        refused = self._sum + units > self._quota + ROUNDING
        self._sum = min(self._sum + units, self._quota * MOST)
        self.used = self._sum / self._quota
        return self._begun + WINDOW_S - now if refused else 0.0


METERS: dict[str, Callable[[float, float], Meter]] = {
    "bucket": Bucket,
    "sliding": SlidingWindow,
    "fixed": FixedWindow,
}


class Throttle:
    """The limit as the settings say at the moment; changed settings begin with nothing used.

    ``clock`` is the server's clock in seconds, ``wall`` the time of day for a Retry-After that is a date.
    """

    def __init__(
        self,
        settings: Settings,
        counters: Counters,
        app: AppRegistration,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._counters, self._app = settings, counters, app
        self._clock, self._wall = clock, wall
        self._kind: tuple[float, str] | None = None
        self._meter: Meter | None = None
        self._holds: deque[tuple[float, float]] = deque()

    def received(self) -> None:
        """Note that an HTTP request has come in; counts it as too early when a 429 still asks to wait.

        Too early is what is received more than GRACE_S after a 429 of this limit was answered and before its
        Retry-After has passed, whatever was asked for: the limit is the application's, not the request's. A batch is
        one request, and a 429 of one of its items holds back like any other.
        """
        now = self._clock()
        self._current(now)
        while self._holds and self._holds[0][1] <= now:
            self._holds.popleft()
        if any(answered + GRACE_S < now < until - CLOCKS_APART_S for answered, until in self._holds):
            self._counters.too_early += 1

    def charge(self, units: int) -> None:
        """Count a request of so many units. Raises GraphRefusal (429) when it is over the quota."""
        now = self._clock()
        meter, quota = self._current(now)
        if meter is None:
            return
        # A request above the whole quota would never pass.
        wait_s = meter.charge(min(units, quota), now)
        if wait_s > 0:
            self._counters.throttled += 1
            raise GraphRefusal(429, "TooManyRequests", "Please retry after", self._told(wait_s, now))

    def pressure(self) -> dict[str, str]:
        """The header that tells how near the limit is, above 80 % of it."""
        used = self._meter.used if self._meter and self._kind == self._wanted() else 0.0
        if used <= TOLD_ABOVE:
            return {}
        return {"x-ms-throttle-limit-percentage": str(round(min(used, MOST), 2))}

    def _wanted(self) -> tuple[float, str] | None:
        quota = self._settings.quota
        if quota is None:
            return None
        return (QUOTAS[quota] if isinstance(quota, str) else float(quota)), self._settings.quota_window

    def _current(self, now: float) -> tuple[Meter | None, float]:
        wanted = self._wanted()
        if wanted != self._kind:
            self._kind = wanted
            self._meter = METERS[wanted[1]](wanted[0], now) if wanted else None
            self._holds.clear()
        return self._meter, wanted[0] if wanted else 0.0

    def _told(self, wait_s: float, now: float) -> dict[str, str]:
        """The headers of a 429; a Retry-After is never shorter than the wait."""
        ids = f"{self._app.client_id}/{self._app.tenant_id}"
        told = {
            "x-ms-throttle-scope": f"Tenant_Application/ReadWrite/{ids}",
            "x-ms-throttle-information": "ResourceUnitLimitExceeded",
        }
        form = self._settings.retry_after
        if form == "none":
            return told
        if form == "float":
            asked_s = math.ceil(wait_s * 1000) / 1000
            text = f"{asked_s:.3f}"
        elif form == "date":
            wall = self._wall()
            moment = math.ceil(wall + wait_s)
            asked_s, text = moment - wall, formatdate(moment, usegmt=True)
        else:
            asked_s = math.ceil(wait_s)
            text = str(asked_s)
        self._holds.append((now, now + asked_s))
        return told | {"Retry-After": text}
