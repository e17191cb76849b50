"""Small charts as numbers: where each bar and line goes. The templates draw them; no script, no picture from elsewhere.

Coordinates are those of the SVG's viewBox: x from 0 to WIDTH, y down from 0 to HEIGHT, the axis text in the margins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WIDTH, HEIGHT = 640, 168
LEFT, RIGHT, TOP, BOTTOM = 48, 8, 12, 24
SERIES = ("joiners", "leavers", "changed")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of one series; ``said``: what a reader hears or sees on hover."""

    x: float
    y: float
    width: float
    height: float
    series: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text of an axis and its grid line's place."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``points``: of a line, as SVG reads it. ``said``: the whole in one sentence."""

    bars: tuple[Bar, ...] = ()
    points: str = ""
    dots: tuple[Bar, ...] = ()
    across: tuple[Label, ...]
    up: tuple[Label, ...]
    said: str


def nights_chart(rows: Sequence[dict[str, Any]], last: date, *, days: int) -> Chart | None:
    """Joiners, leavers and changed people of each day, side by side; None when nothing happened."""
    found = {row["night"]: row for row in rows}
    highest = max((int(row[name]) for row in rows for name in SERIES), default=0)
    if not highest:
        return None
    top = _nice(highest)
    slot = (WIDTH - LEFT - RIGHT) / days
    width = slot * 0.8 / len(SERIES)
    bars = []
    for n in range(days):
        row = found.get(last - timedelta(days=days - 1 - n))
        for k, name in enumerate(SERIES):
            count = int(row[name]) if row else 0
            if row and count:
                height = max(count / top * (HEIGHT - TOP - BOTTOM), 1.5)
                bars.append(
                    Bar(
                        x=round(LEFT + n * slot + slot * 0.1 + k * width, 1),
                        y=round(HEIGHT - BOTTOM - height, 1),
                        width=round(width, 1),
                        height=round(height, 1),
                        series=name,
                        said=f"{row['night']:%-d %b}: {count:,} {name}",
                    )
                )
    sums = {name: sum(int(row[name]) for row in rows) for name in SERIES}
    said = f"Last {days} days: {sums['joiners']:,} joiners, {sums['leavers']:,} leavers, {sums['changed']:,} changes."
    return Chart(bars=tuple(bars), across=_days(last, days), up=_heights(0, top), said=said)


def headcount_chart(rows: Sequence[dict[str, Any]], last: date, *, days: int) -> Chart | None:
    """People per day as a line; None without two days to draw it between."""
    if len(rows) < 2:
        return None
    counts = [int(row["active"]) for row in rows]
    low, high = min(counts), max(counts)
    bottom = 0 if low < high * 0.5 else max(0, low - max(1, (high - low) // 2))
    top = max(bottom + 1, _nice(high - bottom) + bottom)
    first = last - timedelta(days=days - 1)
    dots = []
    for row, count in zip(rows, counts, strict=True):
        x = LEFT + ((row["day"] - first).days + 0.5) * (WIDTH - LEFT - RIGHT) / days
        y = HEIGHT - BOTTOM - (count - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)
        said = f"{row['day']:%-d %b}: {count:,} people"
        dots.append(Bar(x=round(x, 1), y=round(y, 1), width=0, height=0, series="people", said=said))
    points = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    said = f"From {counts[0]:,} people on {rows[0]['day']:%-d %b} to {counts[-1]:,} on {rows[-1]['day']:%-d %b}."
    return Chart(points=points, dots=tuple(dots), across=_days(last, days), up=_heights(bottom, top), said=said)


def _days(last: date, days: int) -> tuple[Label, ...]:
    slot = (WIDTH - LEFT - RIGHT) / days
    every = max(days // 5, 1)
    return tuple(
        Label(at=round(LEFT + (n + 0.5) * slot, 1), text=f"{last - timedelta(days=days - 1 - n):%-d %b}")
        for n in range(every // 2, days, every)
    )


def _heights(bottom: int, top: int) -> tuple[Label, ...]:
    middle = (bottom + top) / 2
    values = [bottom, middle, top] if middle == int(middle) else [bottom, top]
    space = HEIGHT - TOP - BOTTOM
    return tuple(
        Label(at=round(HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * space, 1), text=f"{int(value):,}")
        for value in values
    )


def _nice(highest: int) -> int:
    """A round number at or above it: 2, 4, 10, 20, 50, 100..."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if factor * step >= highest:
                return factor * step
        step *= 10
