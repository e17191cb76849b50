"""The section of the page about other readers of Graph."""

from __future__ import annotations

from bench.peers.side_by_side import PRODUCT, READERS, Comparison
from bench.report.figures import counted, figure, prose, table, times
from bench.report.peers import name_of


def worst(compared: tuple[Comparison, ...]) -> list[list[str]]:
    """A row of the first table per tenant."""
    rows = []
    for found in compared:
        ratios = {reader: found.times(reader, "wall_s") for reader in found.readings if reader != PRODUCT}
        told = [f"{READERS[reader]} {times(ratio)}" for reader, ratio in ratios.items() if ratio is not None]
        told += [f"{READERS[reader]} not measured" for reader in found.not_measured if reader not in found.readings]
        rows.append([f"others reading {found.rows['users']:,} people, wall time beside the extract's", "; ".join(told)])
    return rows


def peers(compared: tuple[Comparison, ...]) -> str:
    """A table per tenant; who could not be measured is named first."""
    parts = ["## Beside its peers"]
    for found in compared:
        for reader, why in found.not_measured.items():
            heading = "Not measured each time" if reader in found.readings else "Not measured"
            parts.append(f"**{heading}:** {_lack(reader, why, found)}")
    if any(len(found.readings) > 1 for found in compared):
        parts.append("![Wall and CPU time of each reader](images/bench-peers.svg)")
    for found in compared:
        parts.append(
            f"{counted(found.rows)}, {found.latency_ms} ms a request; the quickest of {found.rounds} rounds:\n\n"
            f"{table(['reader', 'groups at once', 'requests', 'wall s', 'CPU s', 'peak MiB', 'rows'], _rows(found))}"
        )
    parts.append(
        prose(
            "Each reader is a process of its own and of the same Python, in turns with the others, on one tenant;",
            "time begins after its imports. Each was given the number of groups at once that served it best. The",
            "comparison is not even in every way: the peers keep only object ids, while the extract writes its",
            "snapshot and proves it complete; the peers follow one chain of pages of users and ask for each group's",
            "members by a request, as their libraries do ([decision 2](decisions/0002-own-graph-client.md)).",
            "msgraph-sdk reads a smaller tenant, as it takes minutes for more. Peers are installed into",
            "`.venv-peers`, out of a hash-locked list; without a package index they are left out, and named.",
        )
    )
    return "\n\n".join(parts)


def _lack(reader: str, why: str, found: Comparison) -> str:
    """The reason's own words, which may name addresses and folders, are in the record."""
    what = "its packages could not be installed" if why.startswith("cannot be installed") else "it ended with an error"
    rest = " in one of the rounds" if reader in found.readings else ""
    return f"{READERS[reader]}, {found.rows['users']:,} users: {what}{rest}. The record has the reason."


def _rows(found: Comparison) -> list[list[str]]:
    rows = []
    for reader, reading in found.readings.items():
        wall, cpu = (found.times(reader, kind) for kind in ("wall_s", "cpu_s"))
        beside = ["" if ratio is None or reader == PRODUCT else f" ({times(ratio)})" for ratio in (wall, cpu)]
        same = "the same" if not reading.missing else f"**not the same:** {', '.join(reading.missing)}"
        rows.append(
            [
                name_of(reader, found),
                "as Graph allows" if reader == PRODUCT else str(found.at_once[reader]),
                f"{reading.requests:,}",
                figure(reading.wall_s) + beside[0],
                figure(reading.cpu_s) + beside[1],
                f"{reading.peak_mib:,.0f}",
                f"{reading.rows:,}, {same}",
            ]
        )
    return rows
