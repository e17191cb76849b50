"""``python -m bench.scale``: one full extraction of a tenant of any size, part by part, beside its lower bound.

``--sizes 10000 100000 1000000`` makes a table instead, with a group for 20 users and five memberships per user, and
says by which factor each figure grows from size to size. ``make soak`` is the largest of them alone.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.bounds import Bound, full, quota_of
from bench.child import Cost
from bench.extraction import extract
from bench.server import serve
from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER
from entra_sync.extract.snapshot import Manifest

COLUMNS = ("users", "memberships", "wall s", "CPU s", "peak MiB", "requests", "units", "429s")


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """One extraction beside its bound."""

    manifest: Manifest
    cost: Cost
    bound: Bound

    def figures(self) -> tuple[float, ...]:
        """In the order of COLUMNS."""
        counts, traffic = self.manifest.counts, self.manifest.traffic
        return (
            counts["users"],
            counts["memberships"],
            self.cost.wall_s,
            self.cost.cpu_s,
            self.cost.peak_mib,
            traffic["requests"],
            traffic["resource_units"],
            traffic["throttled"],
        )


def extract_once(
    folder: Path, *, users: int, groups: int, memberships: int, latency_ms: int, quota: str | None, plan: str
) -> Extracted:
    """Serve a tenant of that size, and extract it once. Raises ChildFailed."""
    sizes = {"users": users, "groups": groups, "memberships": memberships}
    with serve(folder / "sandbox", **sizes, latency_ms=latency_ms, quota=quota, memory_only=True) as tenant:
        manifest, cost = extract(tenant.connection, folder / "landing", 1, mode="full")
    counts = manifest.counts
    bound = full(counts["users"], counts["groups"], counts["memberships"], plan)
    return Extracted(manifest=manifest, cost=cost, bound=bound)


def show(found: Extracted, quota: str | None, plan: str) -> None:
    """One extraction in full."""
    manifest, cost, bound = found.manifest, found.cost, found.bound
    traffic, allowed = manifest.traffic, quota_of(quota or "L")
    print(f"  {', '.join(f'{number:,} {kind}' for kind, number in manifest.counts.items())}")
    print(f"  wall       {cost.wall_s:.2f} s, CPU {cost.cpu_s:.2f} s, peak {cost.peak_mib:.0f} MiB")
    print(f"  by part    {', '.join(f'{name} {seconds:.2f} s' for name, seconds in manifest.seconds.items())}")
    print(f"  traffic    {', '.join(f'{name} {number:,}' for name, number in traffic.items())}")
    for kind, part in manifest.certificate.items():
        print(f"  {kind:<10} {part.rows:,} rows of {part.pages:,} pages, counted {part.counted}, holds: {part.holds}")
    print(f"  plan       {manifest.plan or 'not told'}; lower bound of plan {plan} (docs/graph.md, 5):")
    print(f"  requests   {traffic['requests']:,} ({bound.requests:,}: {traffic['requests'] / bound.requests:.2f} x)")
    print(f"  items      {traffic['batch_items']:,} of batches ({bound.items:,})")
    units = traffic["resource_units"]
    print(f"  units      {units:,} ({bound.units:,}: {units / bound.units:.2f} x)")
    told = f"{allowed:,.0f} units in 10 s" + ("" if quota else ", which was not enforced")
    least, at_best = bound.seconds(allowed), bound.seconds(allowed, burst=True)
    print(f"  quota      at least {at_best:.1f} s at {told}, {least:.1f} s when none is left from before")
    print(f"  throttled  {traffic['throttled']} times 429")


def compare(rows: list[Extracted]) -> None:
    """A line per size, and below each the factor to the one before."""
    print("  " + "".join(f"{name:>13}" for name in COLUMNS))
    before: tuple[float, ...] | None = None
    for found in rows:
        figures = found.figures()
        print("  " + "".join(f"{n:>13,.1f}" if isinstance(n, float) else f"{n:>13,}" for n in figures))
        if before is not None:
            factors = (f"x {now / then:.1f}" if then else "" for now, then in zip(figures, before, strict=True))
            print("  " + "".join(f"{factor:>13}" for factor in factors))
        before = figures


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--groups", type=int, help="default: one for 20 users")
    parser.add_argument("--memberships", type=int, help="about so many (default: 5 per user)")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="USERS", help="a table of these sizes")
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--quota", metavar="Q", help="S, M, L or resource units in ten seconds (default: none)")
    parser.add_argument("--plan", choices=("a", "a2", "b"), default="a", help="whose lower bound (docs/graph.md, 5)")
    given = parser.parse_args()

    rows = []
    for users in given.sizes or [given.users]:
        groups = round(users * GROUPS_PER_USER) if given.sizes or given.groups is None else given.groups
        memberships = users * MEMBERSHIPS_PER_USER if given.sizes or given.memberships is None else given.memberships
        print(f"\nA full extraction of {users:,} users at {given.latency_ms} ms a request", flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
            sizes = {"users": users, "groups": groups, "memberships": memberships, "latency_ms": given.latency_ms}
            rows.append(extract_once(Path(name), **sizes, quota=given.quota, plan=given.plan))
        show(rows[-1], given.quota, given.plan)
    if given.sizes:
        print()
        compare(rows)


if __name__ == "__main__":
    main()
