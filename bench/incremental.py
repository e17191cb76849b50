"""``python -m bench.incremental``: the night after a full one, when 0.5 % of the users have changed.

Requests and resource units of the incremental reading, beside its floor and beside the full reading of the same tenant.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path
from typing import Any

from bench.bounds import BATCH, Bound
from bench.child import Cost
from bench.extraction import extract
from bench.peers.product import rows_of
from bench.server import serve
from entra_sync.extract.snapshot import Manifest

FORMULA = (
    "2 feeds (200 objects or 500 links a page), every changed object and two links of every joiner by id in batches "
    "of 20, and 2 counts; a unit each, a batch's units are its items'"
)
DELTA_OBJECTS, DELTA_LINKS = 200, 500


def floor(changed: dict[str, int]) -> Bound:
    """The least that an incremental reading costs which reads every object again that the change feeds name."""
    links = changed.get("members_added", 0) + changed.get("members_removed", 0)
    feeds = max(1, math.ceil(changed["users"] / DELTA_OBJECTS))
    feeds += max(1, math.ceil(changed["groups"] / DELTA_OBJECTS), math.ceil(links / DELTA_LINKS))
    items = changed["users"] + changed["groups"] + 2 * changed.get("joined", 0)
    return Bound(requests=feeds + math.ceil(items / BATCH) + 2, items=items, units=feeds + items + 2)


def measure(folder: Path, *, users: int, groups: int, share: float, latency_ms: int) -> None:
    """Print both readings and the floor."""
    sizes = {"users": users, "groups": groups, "latency_ms": latency_ms}
    with serve(folder / "sandbox", **sizes, memory_only=True) as tenant:
        whole = extract(tenant.connection, folder / "landing", 1, mode="full")
        changed = tenant.change(share)
        again = extract_again(tenant.connection, folder / "landing")
        # Whether the incremental reading is the tenant as it is now: a full one of the same state holds the same rows.
        extract(tenant.connection, folder / "landing", 3, mode="full")
    part, whole_now = (rows_of(str(folder / "landing" / run)).summary() for run in "23")
    counts = ", ".join(f"{number:,} {kind}" for kind, number in whole[0].counts.items())
    print(f"\nThe night after ({counts}; {share:.1%} of the users changed; {latency_ms} ms a request)")
    print(f"  changed    {', '.join(f'{number:,} {kind}' for kind, number in changed.items())}")
    print(f"  {'':<12} {'requests':>9} {'items':>9} {'units':>9} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    least = floor(changed)
    line("full", *whole)
    line("incremental", *again)
    print(f"  {'floor':<12} {least.requests:>9,} {least.items:>9,} {least.units:>9,}  {FORMULA}")
    spent, of_all = again[0].traffic, whole[0].traffic
    for name, at_least in (("requests", least.requests), ("resource_units", least.units)):
        ratio, of_full = spent[name] / at_least, spent[name] / of_all[name]
        print(f"  {name.replace('_', ' '):<15} {ratio:.2f} x the floor, {of_full:.1%} of the full reading's")
    wrong = [f"{part[k]['rows']:,} {k} instead of {whole_now[k]['rows']:,}" for k in part if part[k] != whole_now[k]]
    verdict = f"NOT as they are: {', '.join(wrong)}" if wrong else "as a full reading finds them now"
    print(f"  rows            {verdict}")
    if again[0].mode != "incremental":
        print(f"  NOT INCREMENTAL: the second reading was {again[0].mode} ({again[0].reason}).")


def extract_again(connection: dict[str, Any], landing: Path) -> tuple[Manifest, Cost]:
    """The incremental reading: the run before it is found in the landing area."""
    return extract(connection, landing, 2, mode="incremental")


def line(name: str, manifest: Manifest, cost: Cost) -> None:
    """One reading."""
    traffic = manifest.traffic
    print(
        f"  {name:<12} {traffic['requests']:>9,} {traffic['batch_items']:>9,} {traffic['resource_units']:>9,}"
        f" {cost.wall_s:>8.2f} {cost.cpu_s:>8.2f} {cost.peak_mib:>9.0f}"
    )


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.incremental", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.005, help="of the users that change (default: 0.005)")
    parser.add_argument("--latency-ms", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        measure(Path(name), **vars(given))


if __name__ == "__main__":
    main()
