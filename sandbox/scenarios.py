"""Bad nights by name: what each changes in the tenant's settings, and the faults that it sets.

A scenario holds until the next one; ``healthy`` brings back what the tenant was started with. What goes wrong goes
wrong at the same requests every time.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from sandbox.faults import Fault
from sandbox.server.tenant import DEFAULT_PERMISSIONS, Tenant

# The list of users, read as pages or as a change feed.
USERS = r"^/users(\?|/(microsoft\.graph\.)?delta)"
LISTS = r"^/(users|groups)(\?|/(microsoft\.graph\.)?delta)"
PAGE_EXPIRED = {
    "error": {
        "code": "Directory_ExpiredPageToken",
        "message": "The specified page token value has expired and can no longer be included in your request.",
    }
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One bad night: ``settings`` by name, ``faults`` made anew each time.

    ``feed_lost``: every position in the change feeds is lost first, so that the night lists everything.
    """

    sentence: str
    settings: dict[str, Any] = field(default_factory=dict)
    faults: Callable[[], list[Fault]] = list
    feed_lost: bool = False


def _without(*permissions: str) -> dict[str, Any]:
    return {"permissions": set(DEFAULT_PERMISSIONS) - set(permissions)}


def _flaky() -> list[Fault]:
    """Seldom enough that no request meets with five of them in a row, soon enough that a small tenant sees them all."""
    return [
        Fault(path=LISTS, raw=b'{"@odata.context": "https://graph.micro', skip=1, every=41),
        Fault(path=LISTS, close=True, skip=2, every=43),
        Fault(path=".", status=503, skip=4, every=37),
        Fault(path=".", status=500, skip=7, every=47),
        Fault(path=r"^/\$batch", method="POST", status=504, every=19),
        Fault(path=r"^/\$batch", method="POST", close=True, skip=1, every=23),
    ]


SCENARIOS: dict[str, Scenario] = {
    "healthy": Scenario(sentence="All is well: the tenant is as it was started."),
    "throttled": Scenario(
        sentence="The quota is 60 resource units in 10 seconds, so that even a small tenant gets 429s.",
        settings={"quota": 60.0},
    ),
    "quota": Scenario(
        sentence="The quota is that of a tenant with fewer than 50 users, 3,500 resource units in 10 seconds.",
        settings={"quota": "S"},
    ),
    "flaky": Scenario(
        sentence="Now and then a 5xx, a dropped connection or half an answer; the same request works when repeated.",
        faults=_flaky,
    ),
    "slow": Scenario(sentence="Every answer takes a second.", settings={"latency_s": 1.0}),
    "page-expires": Scenario(
        sentence="The next link of a page of users has expired, once.",
        settings={"users_page": 50},
        faults=lambda: [Fault(path=rf"{USERS}.*skiptoken=", status=400, body=PAGE_EXPIRED, times=1)],
        feed_lost=True,
    ),
    "half-missing": Scenario(
        sentence="Half of the users are missing in the list of users, which ends as if it were whole.",
        settings={"users_missing": 0.5},
        feed_lost=True,
    ),
    "count-differs": Scenario(
        sentence="The tenant counts seven users more than it lists.",
        settings={"count_offset": {"users": 7, "groups": 0}},
    ),
    "foreign-link": Scenario(
        sentence="The next link of a page of users leads to another host.",
        faults=lambda: [Fault(path=USERS, next_link="https://graph.example.com/v1.0/users?$skiptoken=a")],
        feed_lost=True,
    ),
    "loop": Scenario(
        sentence="The next link of a page of users leads back to the same page, for ever.",
        faults=lambda: [Fault(path=USERS, next_link="{self}")],
        feed_lost=True,
    ),
    "delta-lost": Scenario(
        sentence="The positions in the change feeds are lost: Graph answers 410, and everything has to be listed.",
        settings={"delta_refusal": "410"},
        feed_lost=True,
    ),
    "token-expires": Scenario(
        sentence="Access tokens expire after a second without saying so before; every answer takes a third of one.",
        settings={"token_lifetime_s": 1, "token_told_s": 3599, "latency_s": 0.3},
    ),
    "secret-expired": Scenario(sentence="The client secret has expired.", settings={"secret_expired": True}),
    "permission-lost": Scenario(
        sentence="The application has lost the permission User.Read.All.", settings=_without("User.Read.All")
    ),
    "groups-forbidden": Scenario(
        sentence="The application has lost the permissions that groups need.",
        settings=_without("GroupMember.Read.All", "Group.Read.All"),
    ),
    "down": Scenario(
        sentence="Entra and Graph answer every request with 503.",
        faults=lambda: [Fault(path=".", method=method, status=503) for method in ("GET", "POST")],
    ),
}


class UnknownScenario(LookupError):
    """There is no scenario of this name; the text lists those that there are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no scenario {name!r}. Scenarios: {', '.join(SCENARIOS)}.")


class Stage:
    """Sets scenarios on one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._normal = copy.deepcopy(tenant.settings)
        self._lock = threading.Lock()

    def set(self, name: str) -> Scenario:
        """Begin a scenario in place of the one before. Raises UnknownScenario."""
        if name not in SCENARIOS:
            raise UnknownScenario(name)
        scenario = SCENARIOS[name]
        normal = copy.deepcopy(self._normal)
        with self._lock:
            self._tenant.faults.clear()
            if scenario.feed_lost:
                self._tenant.reset_delta()
            for part in fields(normal):
                value = scenario.settings.get(part.name, getattr(normal, part.name))
                setattr(self._tenant.settings, part.name, copy.deepcopy(value))
            for fault in scenario.faults():
                self._tenant.faults.add(fault)
        return scenario
