"""What the same steps would take at best, and in other orders: from the measured seconds, without Airflow.

Three lower bounds, none of which any order can beat: all slot seconds over all worker slots; a pool's slot seconds
over its slots; the account whose steps, one after the other, take longest. ``ordered`` works the steps off by a list:
whenever a slot is free, the first step of the list that may begin does (Graham, 1969).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from bench.midnight.recorded import Night, Step
from entra_sync.airflow.midnight import weight

# As dags/entra_sync.py wires them.
AFTER: dict[str, tuple[str, ...]] = {
    "open_run": (),
    "extract": ("open_run",),
    "validate": ("extract",),
    "transform": ("validate",),
    "load": ("transform",),
    "ask": ("load",),
    "announce": ("load",),
    "close_run": ("ask", "announce"),
    "tell": ("close_run",),
}
Rank = Callable[[Step, float], Any]


def bounds(night: Night) -> dict[str, float]:
    """The lower bounds in seconds: of the ``workers``, of each pool that has slots, of the ``longest`` account."""
    seconds: dict[str, float] = defaultdict(float)
    for step in night.steps:
        seconds["workers"] += step.slot_s
        if step.pool in night.slots:
            seconds[step.pool] += step.slot_s
    found = {name: seconds[name] / slots for name, slots in night.slots.items()}
    found["longest"] = max(night.due[account] + longest(steps) for account, steps in night.by_account().items())
    return found


def longest(steps: Mapping[str, Step]) -> float:
    """The seconds of one account's steps, one after the other, those side by side where the DAG has them so."""
    ends: dict[str, float] = {}
    for name, before in AFTER.items():
        own = steps[name].slot_s if name in steps else 0.0
        ends[name] = own + max((ends[one] for one in before), default=0.0)
    return max(ends.values())


def upstream_weight(people: int, name: str) -> int:
    """Airflow's priority of a step by the weight rule ``upstream``: its own weight and that of all before it."""
    before: set[str] = set()
    left = [name]
    while left:
        for one in AFTER[left.pop()]:
            if one not in before:
                before.add(one)
                left.append(one)
    return weight(people) * (len(before) + 1)


def as_configured(night: Night) -> Rank:
    """The DAG's own order: large accounts first, one that has begun before one of its size that has not."""
    told = night.facts["told"]
    return lambda step, ready: (-upstream_weight(night.people[step.account] if told else 0, step.name), ready)


def first_come(step: Step, ready: float) -> Any:
    """Whoever may begin first does."""
    return ready, step.account, step.name


def ordered(night: Night, rank: Rank) -> float:
    """How long the night would have taken in this order, the steps as long as they were. Seconds."""
    steps, free, now = night.by_account(), dict(night.slots), 0.0
    left = {account: {name: len(before) for name, before in AFTER.items()} for account in steps}
    waiting: list[tuple[Any, int, Step]] = []
    # What happens next: an account is due (None) or a step ends.
    events: list[tuple[float, int, str, Step | None]] = [
        (night.due[account], number, account, None) for number, account in enumerate(sorted(steps))
    ]
    heapq.heapify(events)
    number = len(events)

    def ready(account: str, name: str) -> None:
        nonlocal number
        step = steps[account].get(name)
        number += 1
        if step is None:
            heapq.heappush(events, (now, number, account, _nothing(account, name)))
        else:
            heapq.heappush(waiting, (rank(step, now), number, step))

    while events:
        now, _, account, ended = heapq.heappop(events)
        if ended is None:
            ready(account, "open_run")
        else:
            _give(free, ended, 1)
            for name, before in AFTER.items():
                if ended.name in before:
                    left[account][name] -= 1
                    if not left[account][name]:
                        ready(account, name)
        if events and events[0][0] <= now:
            continue
        passed = []
        while waiting and free["workers"]:
            entry = heapq.heappop(waiting)
            if free.get(entry[2].pool, 1):
                _give(free, entry[2], -1)
                number += 1
                heapq.heappush(events, (now + entry[2].slot_s, number, entry[2].account, entry[2]))
            else:
                passed.append(entry)
        for entry in passed:
            heapq.heappush(waiting, entry)
    return now


def _give(free: dict[str, int], step: Step, slots: int) -> None:
    if step.slot_s == 0.0 and step.pool == "":
        return
    free["workers"] += slots
    if step.pool in free:
        free[step.pool] += slots


def _nothing(account: str, name: str) -> Step:
    """A step that the night did not have."""
    return Step(account=account, name=name, pool="", queued=0, started=0, ended=0, slot_s=0.0, tries=0)
