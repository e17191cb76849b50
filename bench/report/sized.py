"""Sections of the page about the size of a tenant: loading, rules, growth."""

from __future__ import annotations

from bench.growth import Size
from bench.loading import FLOOR
from bench.report.figures import counted, figure, prose, table, times
from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER

NAMES = {FLOOR: "COPY of the same rows", "first": "first load", "1 % changed": "1 % changed"}
NAMES |= {"unchanged": "nothing changed", "no findings": "nothing changed, nothing to note"}
KINDS = {"profile": "profiles", "team": "teams", "team_member": "memberships"}


def loading(size: Size) -> str:
    """The largest size beside COPY."""
    found = size.loading
    head = ["", "wall s", "CPU s", "of it client", "peak MiB", "log MB", "wall, floors", "CPU, floors"]
    rows = []
    for name in found.pieces:
        wall, cpu, client, peak, wal = (found.median(name, kind) for kind in ("wall", "cpu", "client", "peak", "wal"))
        ratios = [times(found.floors(name, kind)) for kind in ("wall", "cpu")]
        rows.append(
            [NAMES[name], figure(wall), figure(cpu), figure(client), f"{peak:,.0f}", figure(wal / 1e6), *ratios]
        )
    rows_of = counted({KINDS[name]: number for name, number in found.rows.items() if name in KINDS})
    what = prose(
        f"{rows_of}, loaded into an empty database, loaded again, and once more when a hundredth of people and",
        "memberships has changed. The floor is COPY of the same rows by the same client into tables without an index.",
    )
    how = prose(
        "CPU is that of client and server together, log what PostgreSQL writes ahead (WAL). One round; the floor is",
        f"the median of {len(found.pieces[FLOOR])}. What a load does besides COPY says [loading](loading.md).",
    )
    return f"## Loading {size.users:,} people\n\n{what}\n\n{table(head, rows)}\n\n{how}"


def rules(sizes: tuple[Size, ...]) -> str:
    """Validate and transform beside pandas."""
    head = ["people", "step", "wall s", "CPU s", "peak MiB", "CPU, floors", "memory, floors"]
    rows = []
    for size in sizes:
        least = size.rules.costs["floor"]
        for step, cost in size.rules.costs.items():
            name = "pandas reads the files" if step == "floor" else step
            ratios = [times(cost.cpu_s / least.cpu_s), times(cost.peak_mib / least.peak_mib)]
            rows.append(
                [f"{size.users:,}", name, figure(cost.wall_s), figure(cost.cpu_s), f"{cost.peak_mib:,.0f}", *ratios]
            )
    checks = sizes[-1].rules.counts["checks"]
    what = prose(
        f"`validate` holds a snapshot against {checks} checks with Great Expectations, `transform` makes profiles,",
        "org chart and teams; the floor is pandas' reading of the same three files. Imports count for all three:",
        "most of a small tenant's time is theirs.",
    )
    return f"## Rules\n\n{what}\n\n{table(head, rows)}"


def growth(sizes: tuple[Size, ...]) -> str:
    """Every piece of work at every size."""
    head = ["people", *(name for name in sizes[0].costs())]
    rows = []
    for size in sizes:
        costs = size.costs().values()
        rows.append([f"{size.users:,}", *(f"{figure(c.wall_s)}, {figure(c.cpu_s)}, {c.peak_mib:,.0f}" for c in costs)])
    read = [
        [
            f"{size.users:,}",
            f"{size.extraction.counts['memberships']:,}",
            f"{size.extraction.requests:,} ({times(size.extraction.requests / size.extraction.bound.requests)})",
            f"{size.extraction.units:,} ({times(size.extraction.units / size.extraction.bound.units)})",
            f"{size.extraction.throttled:,}",
        ]
        for size in sizes
    ]
    how = prose(
        f"A group for {1 / GROUPS_PER_USER:.0f} people, {MEMBERSHIPS_PER_USER} memberships each. The reading is a",
        f"full one at {sizes[0].extraction.latency_ms} ms a request; its CPU is the client's. Rules and loads work",
        "on a synthetic snapshot of the same size; a load's CPU is that of client and server.",
    )
    return (
        "## Growth with size\n\n"
        "![CPU time and peak memory of each piece of work at three sizes](images/bench-growth.svg)\n\n"
        "Seconds of wall time, seconds of CPU, MiB at most:\n\n"
        f"{table(head, rows)}\n\n"
        f"{how}\n\n"
        "What the readings asked of Graph, beside the least that its contract allows ([Graph](graph.md), 5):\n\n"
        f"{table(['people', 'memberships', 'requests', 'resource units', '429s'], read)}"
    )
