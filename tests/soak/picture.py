"""The soak as a picture: a square per night and customer, coloured by its status, marked by what happened in it."""

from __future__ import annotations

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
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{len(told)} nights of {len(customers)} customers</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" fill="#333">night 1 to {nights}</text>',
    ]
    for row, customer in enumerate(customers):
        y = TOP + row * (SIZE + GAP)
        parts.append(f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end" fill="#333">{customer}</text>')
        for line in told:
            if line.customer == customer:
                x = LEFT + (line.night - 1) * (SIZE + GAP)
                parts.append(
                    f'<rect x="{x}" y="{y}" width="{SIZE}" height="{SIZE}" rx="4" fill="{COLOURS[line.status]}">'
                    f"<title>night {line.night}: {line.event}, {line.status}</title></rect>"
                )
                mark = MARKS[line.event]
                if mark:
                    parts.append(
                        f'<text x="{x + SIZE / 2}" y="{y + 17}" text-anchor="middle" fill="#1b1b1b">{mark}</text>'
                    )
    y, x = TOP + len(customers) * (SIZE + GAP) + 24, LEFT
    for status, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="{y - 11}" width="14" height="14" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{x + 20}" y="{y}" fill="#333">{status}</text>')
        x += 100
    legend = "   ".join(f"{mark} {event}" for event, mark in MARKS.items() if mark)
    parts.append(f'<text x="{LEFT}" y="{y + 26}" fill="#333" xml:space="preserve">{legend}</text>')
    return "\n".join([*parts, "</svg>", ""])
