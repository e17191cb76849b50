"""Picture: each step of three nights, how long it took, how much of that it computed, and the floor of the first."""

from __future__ import annotations

from bench import svg
from bench.nights import FIRST, Floors, Nights
from bench.report.figures import figure
from bench.report.scales import Linear, seconds_below

# Waiting and computing of each night.
COLOURS = (("#b3d7ec", svg.BLUE), ("#f7dca6", svg.ORANGE), ("#a8dccb", svg.GREEN))
WIDTH, LEFT, RIGHT, TOP = 760, 96, 66, 82
BAR, BETWEEN = 13, 14


def floor_of(step: str, floors: Floors) -> float | None:
    """Seconds that a step of the first night needs at least; None where nothing was measured beside it."""
    return {
        "extract": floors.parse_s,
        "validate": floors.read_s,
        "transform": floors.read_s,
        "load": floors.copy_s,
    }.get(step)


def draw(found: Nights) -> str:
    """SVG text."""
    steps = list(found.nights[0].costs)
    most = max(cost.wall_s for night in found.nights for cost in night.costs.values())
    bottom = TOP + len(steps) * (BAR * len(found.nights) + BETWEEN)
    scale = Linear(most=most, start=LEFT, end=WIDTH - RIGHT)
    users = found.nights[0].counts["users"]
    parts = [
        *svg.head(WIDTH, bottom + 46, f"The steps of three nights of {users:,} users"),
        svg.text(LEFT, 22, f"The steps of a night of {users:,} users", size=14),
        *_legend([night.name for night in found.nights]),
        *seconds_below(scale, TOP - 6, bottom, "seconds of wall time; the darker part of a bar: of CPU time"),
    ]
    y = float(TOP)
    for step in steps:
        parts.append(svg.text(LEFT - 10, y + BAR * len(found.nights) / 2 + 4, step, anchor="end"))
        for place, night in enumerate(found.nights):
            cost, (light, dark) = night.costs[step], COLOURS[place]
            what = f"{step}, {night.name}: {figure(cost.wall_s)} s, {figure(cost.cpu_s)} s of CPU"
            parts.append(svg.box(LEFT, y, scale.at(cost.wall_s) - LEFT, BAR - 2, light, inner=what))
            # Threads may compute at once: more CPU than wall time.
            parts.append(svg.box(LEFT, y, scale.at(min(cost.cpu_s, cost.wall_s)) - LEFT, BAR - 2, dark))
            parts.append(svg.text(scale.at(cost.wall_s) + 5, y + BAR - 3, figure(cost.wall_s), fill=svg.FAINT, size=11))
            least = floor_of(step, found.floors) if night.name == FIRST else None
            if least is not None:
                parts.append(_mark(scale.at(least), y))
            y += BAR
        y += BETWEEN
    return svg.whole(parts)


def _legend(names: list[str]) -> list[str]:
    """A dark square per night, and the floor's mark."""
    parts = svg.legend(LEFT, 46, {name: dark for name, (_, dark) in zip(names, COLOURS, strict=True)})
    x = LEFT + sum(34 + 7 * len(name) for name in names)
    return [*parts, _mark(x + 4, 36), svg.text(x + 14, 46, "floor of the first load")]


def _mark(x: float, y: float) -> str:
    """A black line with a white edge, so that it shows on dark and light."""
    white = svg.line(x, y - 3, x, y + BAR + 1, "#ffffff", width=5)
    return white + svg.line(x, y - 3, x, y + BAR + 1, svg.BLACK, width=2)
