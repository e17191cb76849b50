"""Picture: how CPU time and memory grow with the tenant, on logarithmic scales."""

from __future__ import annotations

from bench import svg
from bench.growth import Size
from bench.report.figures import figure
from bench.report.scales import Logarithmic, label

WIDTH, HEIGHT, TOP, BOTTOM = 760, 400, 96, 340
# Where each panel's scale of people begins and ends; right of it stand the names.
PANELS = ((62.0, 222.0), (430.0, 590.0))
COLOURS = (svg.BLUE, svg.GREEN, svg.ORANGE, svg.RED, svg.PURPLE)
SHAPES = ("circle", "square", "diamond", "up", "down")
APART = 15


def draw(sizes: tuple[Size, ...]) -> str:
    """SVG text."""
    parts = [
        *svg.head(WIDTH, HEIGHT, "Growth with the number of people"),
        svg.text(24, 22, "Growth with the size of the tenant", size=14),
        svg.text(
            24,
            42,
            "Both scales are logarithmic. Along the dashed lines ten times the people take ten times as",
            fill=svg.FAINT,
        ),
        svg.text(24, 58, "much; a line that is less steep grows more slowly than the tenant.", fill=svg.FAINT),
    ]
    for (left, right), kind, words in zip(
        PANELS, ("cpu_s", "peak_mib"), ("CPU seconds", "peak memory, MiB"), strict=True
    ):
        lines = {name: [(size.users, getattr(size.costs()[name], kind)) for size in sizes] for name in sizes[0].costs()}
        parts += _panel(lines, left, right, words)
    return svg.whole(parts)


def _panel(lines: dict[str, list[tuple[int, float]]], left: float, right: float, words: str) -> list[str]:
    across = Logarithmic.around([float(users) for line in lines.values() for users, _ in line], start=left, end=right)
    up = Logarithmic.around([value for line in lines.values() for _, value in line], start=BOTTOM, end=TOP)
    parts = [svg.text(left - 38, TOP - 14, words, bold=True)]
    for mark in up.marks():
        parts.append(svg.line(left, up.at(mark), right, up.at(mark), "#e2e2e2"))
        parts.append(svg.text(left - 8, up.at(mark) + 4, label(mark), fill=svg.FAINT, anchor="end"))
    for mark in across.marks():
        parts.append(svg.line(across.at(mark), TOP, across.at(mark), BOTTOM, "#e2e2e2"))
        parts.append(svg.text(across.at(mark), BOTTOM + 17, label(mark), fill=svg.FAINT, anchor="middle"))
    parts.append(svg.text((left + right) / 2, BOTTOM + 37, "people", fill=svg.FAINT, anchor="middle"))
    parts += _proportional(across, up)
    ends = [up.at(line[-1][1]) for line in lines.values()]
    for place, ((name, line), y) in enumerate(zip(lines.items(), spread(ends), strict=True)):
        points = [(across.at(users), up.at(value)) for users, value in line]
        path = " ".join(f"{x:.1f},{height:.1f}" for x, height in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[place]}" stroke-width="2"/>')
        parts += [_point(x, height, place) for x, height in points]
        x, height = points[-1]
        parts.append(svg.line(x + 7, height, right + 16, y, COLOURS[place]))
        parts.append(svg.text(right + 20, y + 4, f"{name} {figure(line[-1][1])}"))
    return parts


def _proportional(across: Logarithmic, up: Logarithmic) -> list[str]:
    """A dashed line through each decade's corner, cut at the panel's edges."""
    parts = []
    for mark in [up.least / 10**place for place in range(len(across.marks()) - 1, 0, -1)] + up.marks()[:-1]:
        # From (least people, mark) on, as many decades up as across.
        first, last = max(1.0, up.least / mark), min(across.most / across.least, up.most / mark)
        x1, x2 = across.at(across.least * first), across.at(across.least * last)
        parts.append(svg.line(x1, up.at(mark * first), x2, up.at(mark * last), "#c4c4c4", dashes="2 4"))
    return parts


def spread(ends: list[float]) -> list[float]:
    """Heights of the names: where the lines end, but ``APART`` from each other and within the picture."""
    order = sorted(range(len(ends)), key=ends.__getitem__)
    found = list(ends)
    for below, above in zip(order[1:], order, strict=False):
        found[below] = max(found[below], found[above] + APART)
    # The lowest may now be too low: from there up again.
    found[order[-1]] = min(found[order[-1]], BOTTOM)
    for above, below in zip(reversed(order[:-1]), reversed(order[1:]), strict=True):
        found[above] = min(found[above], found[below] - APART)
    return found


def _point(x: float, y: float, place: int) -> str:
    """A shape per line, so that colour is not all that tells them apart."""
    r = 4.5
    shapes = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "diamond": [(0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)],
        "up": [(0, -r - 1), (r + 1, r), (-r - 1, r)],
        "down": [(0, r + 1), (r + 1, -r), (-r - 1, -r)],
    }
    colour, shape = COLOURS[place], SHAPES[place]
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{colour}"/>'
    corners = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[shape])
    return f'<polygon points="{corners}" fill="{colour}"/>'
