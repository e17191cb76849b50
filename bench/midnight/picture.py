"""A night as a picture: who waits, is under way and done, and what the two pools let through, minute by minute."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from bench import svg
from bench.midnight.load import at_once_within, readings, runs, steps
from bench.midnight.recorded import Night

WAITING, UNDER_WAY, DONE = "#e0b23c", "#4a7fb5", "#9fd3b5"
EXTRACTS, LOADS, REQUESTS, LIMIT = "#4a7fb5", "#2f9e62", "#8aa0b4", "#d0524a"
WIDTH, LEFT, RIGHT, TOP = 760, 60, 20, 58
HIGH, LOW, BETWEEN = 150, 60, 34
COLUMNS = 340


def draw(night: Night) -> str:
    """SVG text."""
    end = night.makespan
    edges = [end * place / COLUMNS for place in range(COLUMNS + 1)]
    parts = [
        *_head(night),
        *_accounts(night, edges),
        *_pool("tenants read at once, seen by their server", readings(night), edges, 0, night, "entra_sync_extract"),
        *_pool("loads at once", steps(night, "load"), edges, 1, night, "entra_sync_load"),
        *_requests(night, edges),
        *_minutes(end),
    ]
    return svg.whole(parts)


def _head(night: Night) -> list[str]:
    height = _top(4) - BETWEEN + 44
    number, people = len(night.people), sum(night.people.values())
    spread = night.facts["spread_minutes"]
    when = f"within {spread} minutes" if spread else "at one minute"
    due = f"{number} accounts with {people:,} people are due {when}"
    return [
        *svg.head(WIDTH, height, f"{number} accounts at one midnight"),
        svg.text(LEFT, 22, f"{due}; {night.slots['workers']} steps work at a time", size=14),
        *svg.legend(LEFT, TOP - 12, {"due and waiting": WAITING, "begun": UNDER_WAY, "done": DONE}),
    ]


def _accounts(night: Night, edges: Sequence[float]) -> list[str]:
    """Three bands that together are the accounts that are due."""
    own = runs(night).values()
    due, begun, done = sorted(night.due.values()), sorted(one[0] for one in own), sorted(one[1] for one in own)
    bands = []
    for ordered, colour in ((due, WAITING), (begun, UNDER_WAY), (done, DONE)):
        values = [bisect_right(ordered, edge) / len(due) for edge in edges[1:]]
        bands.append(_area(values, TOP, HIGH, colour))
    return [*bands, *_axis(TOP, HIGH, len(due))]


def _pool(
    name: str, found: Sequence[tuple[float, float]], edges: Sequence[float], place: int, night: Night, pool: str
) -> list[str]:
    """The most at once in each column, and a line at what the pool allows."""
    most, top, slots = at_once_within(found, edges), _top(1 + place), night.slots[pool]
    scale = max(*most, slots) + 1
    y = top + LOW - LOW * slots / scale
    return [
        _area([value / scale for value in most], top, LOW, (EXTRACTS, LOADS)[place]),
        svg.line(LEFT, y, WIDTH - RIGHT, y, LIMIT, dashes="4 3"),
        svg.text(LEFT, top - 7, name),
        svg.text(WIDTH - RIGHT, top - 7, f"slots of the pool: {slots}", fill=LIMIT, anchor="end"),
        *_axis(top, LOW, scale, slots),
    ]


def _requests(night: Night, edges: Sequence[float]) -> list[str]:
    """Requests a second in each column."""
    times, top, width = sorted(request.begun for request in night.requests), _top(3), edges[1] - edges[0]
    places = [bisect_right(times, edge) for edge in edges]
    rates = [(after - before) / width for before, after in pairwise(places)]
    scale = max(1.0, *rates)
    return [
        _area([rate / scale for rate in rates], top, LOW, REQUESTS),
        svg.text(LEFT, top - 7, "requests to Graph, a second"),
        *_axis(top, LOW, round(scale)),
    ]


def _area(values: Sequence[float], top: int, height: int, colour: str) -> str:
    """A stepped area; values from 0 to 1."""
    column = (WIDTH - LEFT - RIGHT) / len(values)
    points = [f"M{LEFT},{top + height}"]
    for place, value in enumerate(values):
        points.append(f"V{top + height * (1 - value):.1f}H{LEFT + column * (place + 1):.1f}")
    return f'<path d="{"".join(points)}V{top + height}Z" fill="{colour}"/>'


def _axis(top: int, height: int, scale: int, shown: int | None = None) -> list[str]:
    """Zero and one more value at the left, a line below."""
    value = scale if shown is None else shown
    y = top + height - height * value / scale
    return [
        svg.line(LEFT, top + height, WIDTH - RIGHT, top + height),
        svg.text(LEFT - 8, top + height + 4, "0", fill=svg.FAINT, anchor="end"),
        svg.text(LEFT - 8, y + 4, f"{value}", fill=svg.FAINT, anchor="end"),
    ]


def _minutes(end: float) -> list[str]:
    """The time below everything: about ten marks."""
    step = next(one for one in (1, 2, 5, 10, 15, 30, 60, 120, 240) if end / 60 / one <= 12)
    y = _top(4) - BETWEEN + 16
    parts = []
    for minute in range(0, int(end / 60) + 1, step):
        x = LEFT + (WIDTH - LEFT - RIGHT) * minute * 60 / end
        # Over the areas: only a shade.
        parts.append(svg.line(x, TOP, x, y - 12, "#00000012"))
        parts.append(svg.text(x, y, f"{minute}", fill=svg.FAINT, anchor="middle"))
    parts.append(svg.text(WIDTH - RIGHT, y + 16, "minutes after midnight", fill=svg.FAINT, anchor="end"))
    return parts


def _top(panel: int) -> int:
    """Where a panel begins: the high one first, then the low ones."""
    return TOP if not panel else TOP + HIGH + BETWEEN + (panel - 1) * (LOW + BETWEEN)
