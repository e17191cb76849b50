"""Several nights beside each other: what a setting changes."""

from __future__ import annotations

from statistics import mean, median

from bench.midnight.fairness import jain, waited
from bench.midnight.ideal import bounds
from bench.midnight.load import at_once, busiest, readings, runs
from bench.midnight.recorded import Night
from bench.midnight.report import setting

LINES = (
    "load average",
    "processor s an account",
    "makespan s",
    "beside the ideal",
    "until begun s, median",
    "until done s, median",
    "until done s, the largest",
    "longest pause s",
    "begun at once",
    "fairness",
    "tenants read at once",
    "requests/s, busiest ten s",
    "sessions of the database",
)


def figures(night: Night) -> list[str]:
    """In the order of LINES."""
    found, busy = waited(night), [sample.load_average for sample in night.samples]
    times = [request.begun for request in night.requests]
    return [
        f"{mean(busy):.0f}",
        f"{sum(night.facts['cpu_s'].values()) / len(found):.1f}",
        f"{night.makespan:.0f}",
        f"{night.makespan / max(bounds(night).values()):.2f} x",
        f"{median(one.begun_s for one in found):.0f}",
        f"{median(one.done_s for one in found):.0f}",
        f"{found[-1].done_s:.0f}",
        f"{max(one.pause_s for one in found):.0f}",
        f"{at_once(runs(night).values())}",
        f"{jain([one.done_s for one in found]):.2f}",
        f"{at_once(readings(night))}",
        f"{busiest(times, 10):.1f}",
        f"{max(sample.sessions for sample in night.samples)}",
    ]


def compare(nights: list[Night]) -> None:
    """A column for each night, named by a letter."""
    letters = [chr(ord("A") + place) for place in range(len(nights))]
    for letter, night in zip(letters, nights, strict=True):
        print(f"{letter}  {len(night.people)} accounts, {setting(night)}")
        for name, value in night.facts.get("more", {}).items():
            print(f"   {name}={value}")
    print(f"\n  {'':<28}" + "".join(f"{letter:>10}" for letter in letters))
    for name, *values in zip(LINES, *map(figures, nights), strict=True):
        print(f"  {name:<28}" + "".join(f"{value:>10}" for value in values))
