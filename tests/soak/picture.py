"""The soak as a picture: a square per night and customer, coloured by its status, marked by what happened in it."""

from __future__ import annotations

from bench import svg
from tests.soak.story import EVENTS, Told

COLOURS = {
    "success": "#2f9e62",
    "no_changes": "#9fd3b5",
    "partial": "#e0b23c",
    "held": "#8b6fd6",
    "stale": "#8aa0b4",
    "failed": "#d0524a",
}
MARKS = {
    "healthy": "",
    "fault": "!",
    "killed": "×",
    "database killed": "⊗",
    "configuration": "c",
    "replay": "r",
    "accident": "a",
    "undo": "u",
    "forgotten": "f",
}
assert set(MARKS) == set(EVENTS)
SIZE, GAP, LEFT, TOP = 24, 3, 90, 34


def draw(told: list[Told]) -> str:
    """SVG text."""
    customers = list(dict.fromkeys(line.customer for line in sorted(told, key=lambda line: line.customer)))
    nights = max(line.night for line in told)
    width = max(LEFT + nights * (SIZE + GAP) + 20, 760)
    height = TOP + len(customers) * (SIZE + GAP) + 70
    parts = [
        *svg.head(width, height, f"{len(told)} nights of {len(customers)} customers"),
        svg.text(LEFT, 20, f"night 1 to {nights}"),
    ]
    for row, customer in enumerate(customers):
        y = TOP + row * (SIZE + GAP)
        parts.append(svg.text(LEFT - 10, y + 16, customer, anchor="end"))
        for line in told:
            if line.customer == customer:
                x = LEFT + (line.night - 1) * (SIZE + GAP)
                what = f"night {line.night}: {line.event}, {line.status}"
                parts.append(svg.box(x, y, SIZE, SIZE, COLOURS[line.status], round_by=4, inner=what))
                mark = MARKS[line.event]
                if mark:
                    parts.append(svg.text(x + SIZE / 2, y + 17, mark, fill="#1b1b1b", anchor="middle"))
    y = TOP + len(customers) * (SIZE + GAP) + 24
    parts += svg.legend(LEFT, y, COLOURS, side=14)
    legend = "   ".join(f"{mark} {event}" for event, mark in MARKS.items() if mark)
    parts.append(f'<text x="{LEFT}" y="{y + 26}" fill="#333" xml:space="preserve">{legend}</text>')
    return svg.whole(parts)
