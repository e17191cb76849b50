"""One tenant size after the other: reading it, its rules, loading it. Which figure grows faster than the tenant?

A group for 20 users, five memberships per user. The reading is a full one at 50 ms a request without a quota
(``bench.scale``), rules and loading are those of a synthetic snapshot (``bench.rules``, ``bench.loading``), once each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import loading, rules
from bench.bounds import Bound
from bench.child import Cost
from bench.scale import extract_once
from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER
from entra_sync.local.postgres import Postgres

LATENCY_MS = 50
SIZES = (1_000, 10_000, 100_000)


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """One full reading beside the least that the contract allows."""

    counts: dict[str, int]
    requests: int
    units: int
    throttled: int
    latency_ms: int
    cost: Cost
    bound: Bound


@dataclass(frozen=True, kw_only=True)
class Size:
    """Everything of one size."""

    users: int
    extraction: Extraction
    rules: rules.Measured
    loading: loading.Measured

    def costs(self) -> dict[str, Cost]:
        """By what was done; CPU of a load is that of client and server."""
        loads = {}
        for night, name in (("first", "first load"), ("unchanged", "unchanged load")):
            wall, cpu, peak = (self.loading.median(night, kind) for kind in ("wall", "cpu", "peak"))
            loads[name] = Cost(wall_s=wall, cpu_s=cpu, peak_mib=peak)
        steps = {step: self.rules.costs[step] for step in ("validate", "transform")}
        return {"extract": self.extraction.cost, **steps, **loads}


def measure(folder: Path, server: Postgres, sizes: tuple[int, ...] = SIZES) -> Iterator[Size]:
    """Each size as it is done. Raises ChildFailed."""
    for users in sizes:
        part = folder / f"growth-{users}"
        part.mkdir(mode=0o711)
        groups, memberships = round(users * GROUPS_PER_USER), users * MEMBERSHIPS_PER_USER
        yield Size(
            users=users,
            extraction=extract(part, users=users, groups=groups, memberships=memberships),
            rules=rules.measure(users=users, groups=groups, memberships=memberships),
            loading=loading.measure(part / "loading", server, users=users, rounds=1),
        )


def extract(folder: Path, *, users: int, groups: int, memberships: int) -> Extraction:
    """A full reading."""
    sizes = {"users": users, "groups": groups, "memberships": memberships}
    found = extract_once(folder, **sizes, latency_ms=LATENCY_MS, quota=None, plan="a")
    traffic = found.manifest.traffic
    return Extraction(
        counts={kind: found.manifest.counts[kind] for kind in ("users", "groups", "memberships")},
        requests=traffic["requests"],
        units=traffic["resource_units"],
        throttled=traffic["throttled"],
        latency_ms=LATENCY_MS,
        cost=found.cost,
        bound=found.bound,
    )


def show(size: Size, before: Size | None) -> None:
    """A line per piece of work, and the factor to the size before."""
    then = before.costs() if before else {}
    print(f"\nGrowth: {', '.join(f'{number:,} {kind}' for kind, number in size.extraction.counts.items())}")
    print(f"  {'':<22} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    for name, cost in size.costs().items():
        line = f"  {name:<22} {cost.wall_s:>8.2f} {cost.cpu_s:>8.2f} {cost.peak_mib:>9.0f}"
        if before and name in then:
            old = then[name]
            grown = (cost.wall_s / old.wall_s, cost.cpu_s / old.cpu_s, cost.peak_mib / old.peak_mib)
            line += f"   x {grown[0]:.1f}, {grown[1]:.1f}, {grown[2]:.1f} of {before.users:,} users"
        print(line)
