"""How much was going on at once: at the tenants' server, in the database, in each pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.midnight.recorded import Night

Interval = tuple[float, float]


def at_once(intervals: Iterable[Interval]) -> int:
    """The largest number of intervals that share a moment; one that ends as another begins does not."""
    moments = sorted(change for begun, ended in intervals if ended > begun for change in ((begun, 1), (ended, -1)))
    most = now = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return most


def at_once_within(intervals: Iterable[Interval], edges: Sequence[float]) -> list[int]:
    """The same between each two edges that follow each other."""
    moments = sorted(change for begun, ended in intervals if ended > begun for change in ((begun, 1), (ended, -1)))
    found, place, now = [], 0, 0
    for edge in edges[1:]:
        most = now
        while place < len(moments) and moments[place] < (edge, 0):
            now += moments[place][1]
            most = max(most, now)
            place += 1
        found.append(most)
    return found


def busiest(times: Iterable[float], window_s: float) -> float:
    """The most of them in any window of that length, by the second."""
    ordered = sorted(times)
    most, first = 0, 0
    for place, at in enumerate(ordered):
        while ordered[first] <= at - window_s:
            first += 1
        most = max(most, place - first + 1)
    return most / window_s


def steps(night: Night, name: str) -> list[Interval]:
    """When a step ran, of every account."""
    return [(step.started, step.ended) for step in night.steps if step.name == name]


def readings(night: Night) -> list[Interval]:
    """From the first to the last request of each account's reading, as the tenants' server saw them.

    Without those of its last step, which looks once when the application's secret ends.
    """
    found: dict[str, Interval] = {}
    read_until = {step.account: step.ended for step in night.steps if step.name == "extract"}
    for request in night.requests:
        if request.begun >= read_until[request.account]:
            continue
        begun, ended = found.get(request.account, (request.begun, request.ended))
        found[request.account] = min(begun, request.begun), max(ended, request.ended)
    return list(found.values())


def runs(night: Night) -> dict[str, Interval]:
    """From the first step's begin to the last step's end, by account."""
    return {
        account: (min(step.started for step in own.values()), max(step.ended for step in own.values()))
        for account, own in night.by_account().items()
    }
