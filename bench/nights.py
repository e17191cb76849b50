"""A night of 10,000 users, 1,000 groups and 45,000 memberships at 50 ms per request: every step beside its floor.

Each step runs in a process of its own (``bench.step``) against a sandbox tenant in another process. Three nights: the
first load, the same directory again, and a working day later. The steps that only tell other people and DAGs of a run
need Airflow, and are left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.child import Cost
from bench.floors import requests_by_contract
from bench.server import serve
from entra_sync.extract.snapshot import read_manifest

STEPS = ("open_run", "extract", "validate", "transform", "load", "close_run")
FIRST, AGAIN, LATER = "first load", "the same again", "a working day later"
LATENCY_MS = 50


@dataclass(frozen=True, kw_only=True)
class Night:
    """What each step took; ``counts`` is what the snapshot holds."""

    name: str
    outcome: str
    counts: dict[str, int]
    requests: int
    retries: int
    costs: dict[str, Cost]

    @property
    def wall_s(self) -> float:
        """Of all steps."""
        return sum(cost.wall_s for cost in self.costs.values())

    @property
    def cpu_s(self) -> float:
        """Of all steps, without the database server's."""
        return sum(cost.cpu_s for cost in self.costs.values())


@dataclass(frozen=True, kw_only=True)
class Floors:
    """What the first night costs at least: requests by contract, one chain of user pages, parsing the same bytes of
    JSON, pandas' reading of the same files, COPY of the same rows."""

    requests: int
    chain_s: float
    json_bytes: int
    parse_s: float
    read_s: float
    copy_s: float


@dataclass(frozen=True, kw_only=True)
class Nights:
    """Three nights, and the floors of the first."""

    latency_ms: int
    nights: tuple[Night, ...]
    floors: Floors


def measure(database: str, folder: Path, *, users: int = 10_000, groups: int = 1_000) -> Nights:
    """Live the three nights in ``database``, which is migrated and holds nobody."""
    nights: list[Night] = []
    state = folder / "sandbox"
    with serve(state, users=users, groups=groups, latency_ms=LATENCY_MS) as tenant:
        given: dict[str, Any] = {"database": database, "store": str(folder / "store"), "connection": tenant.connection}
        for name in (FIRST, AGAIN, LATER):
            if name == LATER:
                _python("-m", "sandbox", "day", "--state", str(state))
            told = one_night({**given, "run": name})
            nights.append(_night(name, told))
            if name == FIRST:
                floors = _floors(nights[0], {**given, **results(told)})
    return Nights(latency_ms=LATENCY_MS, nights=tuple(nights), floors=floors)


def one_night(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Run the steps, each in its own process; gives each one's figures and result."""
    night: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        night[step] = json.loads(_python("-m", "bench.step", step, given={**given, **results(night)}).splitlines()[-1])
    return night


def results(night: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What each step gave, by its name."""
    return {step: figures["result"] for step, figures in night.items()}


def _night(name: str, told: dict[str, dict[str, Any]]) -> Night:
    manifest = read_manifest(told["extract"]["result"])
    costs = {step: Cost(**{k: v for k, v in figures.items() if k != "result"}) for step, figures in told.items()}
    return Night(
        name=name,
        outcome=told["close_run"]["result"],
        counts={kind: manifest.counts[kind] for kind in ("users", "groups", "memberships")},
        requests=manifest.traffic["requests"],
        retries=manifest.traffic["retries"],
        costs=costs,
    )


def _floors(night: Night, given: dict[str, Any]) -> Floors:
    """Measured on what the night read and made."""
    told = json.loads(_python("-m", "bench.floors", given=given))
    groups = pq.read_table(Path(given["extract"]) / "groups.parquet", columns=["visibility"]).to_pylist()
    asked = sum(group["visibility"] != "HiddenMembership" for group in groups)
    return Floors(
        requests=requests_by_contract(night.counts["users"], night.counts["groups"], asked),
        # Managers by $expand cap a page at 100, and a page's link comes with the page before: one chain.
        chain_s=(night.counts["users"] / 100 + 1) * LATENCY_MS / 1000,
        json_bytes=int(told["bytes"]),
        parse_s=told["parse_s"],
        read_s=told["read_s"],
        copy_s=told["copy_s"],
    )


def show(found: Nights) -> None:
    """One line per step; the first night beside its floors."""
    for night in found.nights:
        counts = ", ".join(f"{number:,} {kind}" for kind, number in night.counts.items())
        print(f"\nA night: {night.name} ({counts}; {night.outcome})")
        print(f"  {'step':<10} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
        for step, cost in night.costs.items():
            print(f"  {step:<10} {cost.wall_s:>8.2f} {cost.cpu_s:>8.2f} {cost.peak_mib:>9.0f}")
        print(f"  {'all':<10} {night.wall_s:>8.2f} {night.cpu_s:>8.2f}")
        if night.name == FIRST:
            compare(night, found.floors, found.latency_ms)


def compare(night: Night, floors: Floors, latency_ms: int) -> None:
    """A night beside what it costs at least."""
    sent, least, chain = night.requests, floors.requests, floors.chain_s
    extract, load = night.costs["extract"], night.costs["load"]
    wall, cpu = extract.wall_s, extract.cpu_s
    print(f"  requests   {sent} ({least} by contract: {sent / least:.2f} x), retries {night.retries}")
    of_chain = f"{wall / chain:.2f} x the chain of user pages at {latency_ms} ms ({chain:.2f} s)"
    print(f"  extract    {wall:.2f} s wall, {of_chain}")
    parse, megabytes = floors.parse_s, floors.json_bytes / 1e6
    print(f"  extract    {cpu:.2f} s CPU, {cpu / parse:.1f} x parsing the same {megabytes:.1f} MB of JSON")
    for step in ("validate", "transform"):
        took, read = night.costs[step].wall_s, floors.read_s
        print(f"  {step:<10} {took:.2f} s wall, {took / read:.1f} x pandas' reading of the same files ({read:.2f} s)")
    copy = floors.copy_s
    print(f"  load       {load.wall_s:.2f} s wall, {load.wall_s / copy:.1f} x COPY of the same rows ({copy:.2f} s)")


def _python(*arguments: str, given: dict[str, Any] | None = None) -> str:
    """Run Python with JSON on its standard input: secrets do not show in the process list."""
    done = subprocess.run(
        [sys.executable, *arguments], input=json.dumps(given or {}), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout
