"""Picture: the extract beside its peers, on each tenant: wall and CPU time."""

from __future__ import annotations

from bench import svg
from bench.peers.side_by_side import PRODUCT, READERS, Comparison
from bench.report.figures import figure, times
from bench.report.scales import Linear, seconds_below

COLOURS = {"wall time": svg.BLUE, "CPU time": svg.ORANGE}
WIDTH, LEFT, RIGHT, TOP = 760, 190, 110, 60
BAR, BETWEEN, HEADING, AXIS = 14, 12, 30, 52


def name_of(reader: str, found: Comparison) -> str:
    """What a reader is called, with its version."""
    return f"{READERS[reader]} {found.versions.get(reader, '')}".strip()


def draw(compared: tuple[Comparison, ...]) -> str:
    """SVG text; a tenant of which nobody but the product was measured is told on the page alone."""
    shown = [found for found in compared if len(found.readings) > 1]
    height = TOP + sum(HEADING + AXIS + len(found.readings) * (2 * BAR + BETWEEN) for found in shown)
    parts = [
        *svg.head(WIDTH, height, "The extract beside its peers"),
        svg.text(24, 22, "Reading one tenant, each reader in a process of its own", size=14),
        *svg.legend(24, 46, COLOURS),
    ]
    top = float(TOP)
    for found in shown:
        parts += _tenant(found, top)
        top += HEADING + AXIS + len(found.readings) * (2 * BAR + BETWEEN)
    return svg.whole(parts)


def _tenant(found: Comparison, top: float) -> list[str]:
    most = max(max(one.wall_s, one.cpu_s) for one in found.readings.values())
    scale = Linear(most=most, start=LEFT, end=WIDTH - RIGHT)
    first = top + HEADING
    bottom = first + len(found.readings) * (2 * BAR + BETWEEN)
    rows = f"{found.rows['users']:,} users, {found.rows['memberships']:,} memberships, {found.latency_ms} ms a request"
    parts = [svg.text(24, top + 16, rows, bold=True), *seconds_below(scale, first - 4, bottom, "seconds")]
    for place, (reader, reading) in enumerate(found.readings.items()):
        y = first + place * (2 * BAR + BETWEEN) + 2
        parts.append(svg.text(LEFT - 10, y + BAR + 3, name_of(reader, found), anchor="end", bold=reader == PRODUCT))
        for kind, value, colour in zip(
            ("wall_s", "cpu_s"), (reading.wall_s, reading.cpu_s), COLOURS.values(), strict=True
        ):
            ratio = found.times(reader, kind)
            beside = f" ({times(ratio)})" if ratio is not None and reader != PRODUCT else ""
            parts.append(svg.box(LEFT, y, scale.at(value) - LEFT, BAR - 2, colour))
            parts.append(
                svg.text(scale.at(value) + 5, y + BAR - 3, f"{figure(value)} s{beside}", fill=svg.FAINT, size=11)
            )
            y += BAR
    return parts
