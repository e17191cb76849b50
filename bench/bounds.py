"""Lower bounds of a reading by the contract (docs/graph.md, 5), to hold beside what was spent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sandbox.server.throttle import QUOTAS

USERS_WITH_MANAGER, PAGE, BATCH = 100, 999, 20
DELTA_USERS, DELTA_GROUPS, DELTA_LINKS = 200, 200, 500


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The least that a reading can cost: HTTP requests, items of batches, resource units."""

    requests: int
    items: int
    units: int

    def seconds(self, quota: float, *, burst: bool = False) -> float:
        """How long the units last at ``quota`` units in ten seconds; with ``burst`` a whole quota is there at once."""
        return max(0.0, self.units - quota * burst) / quota * 10


def full(users: int, groups: int, memberships: int, plan: str = "a") -> Bound:
    """The bound of a plan of docs/graph.md, 5.

    a: pages of 100 users with managers, members by ``$batch``. a2: pages of 999 users, managers by ``$batch`` too. b:
    the first round of the change feeds.
    """
    group_pages = math.ceil(groups / PAGE)
    items = max(groups, math.ceil(memberships / PAGE))
    if plan == "b":
        pages = math.ceil(users / DELTA_USERS) + math.ceil(groups / DELTA_GROUPS)
        pages += math.ceil(memberships / DELTA_LINKS)
        return Bound(requests=pages, items=0, units=pages)
    if plan == "a2":
        pages = math.ceil(users / PAGE) + group_pages
        batches = math.ceil(users / BATCH) + math.ceil(items / BATCH)
        return Bound(requests=pages + batches, items=users + items, units=pages + users + 2 * items)
    pages = math.ceil(users / USERS_WITH_MANAGER)
    requests = pages + group_pages + math.ceil(items / BATCH)
    return Bound(requests=requests, items=items, units=2 * pages + group_pages + 2 * items)


def quota_of(text: str) -> float:
    """S, M or L, or resource units in ten seconds. Raises ValueError."""
    return QUOTAS[text] if text in QUOTAS else float(text)
