"""A night of 10,000 users, 1,000 groups and 45,000 memberships at 50 ms per request: every step beside its floor.

Each step runs in a process of its own (``bench.step``) against a sandbox tenant in another process. Three nights: the
first load, the same directory again, and a working day later.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.floors import requests_by_contract
from entra_sync.extract.snapshot import read_manifest

STEPS = ("open_run", "extract", "validate", "transform", "load", "close_run")
TENANT = {"--users": "10000", "--groups": "1000", "--latency-ms": "50"}


def measure(database: str, folder: Path) -> None:
    """Print the three nights and the floors of the first."""
    with tenant(folder / "sandbox") as connection:
        given: dict[str, Any] = {"database": database, "store": str(folder / "store"), "connection": connection}
        for name in ("first load", "the same again", "a working day later"):
            if name == "a working day later":
                _python("-m", "sandbox", "day", "--state", str(folder / "sandbox"))
            night = one_night({**given, "run": name})
            report(name, night)
            if name == "first load":
                floors = json.loads(_python("-m", "bench.floors", given={**given, **results(night)}))
                compare(night, floors)


def one_night(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Run the steps, each in its own process; gives each one's figures and result."""
    night: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        night[step] = json.loads(_python("-m", "bench.step", step, given={**given, **results(night)}).splitlines()[-1])
    return night


def results(night: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What each step gave, by its name."""
    return {step: figures["result"] for step, figures in night.items()}


def report(name: str, night: dict[str, dict[str, Any]]) -> None:
    """One line per step."""
    manifest = read_manifest(night["extract"]["result"])
    counts = ", ".join(f"{manifest.counts[kind]:,} {kind}" for kind in ("users", "groups", "memberships"))
    print(f"\nA night: {name} ({counts}; {night['close_run']['result']})")
    print(f"  {'step':<10} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    for step, figures in night.items():
        print(f"  {step:<10} {figures['wall_s']:>8.2f} {figures['cpu_s']:>8.2f} {figures['peak_mib']:>9.0f}")
    wall, cpu = (sum(figures[name] for figures in night.values()) for name in ("wall_s", "cpu_s"))
    print(f"  {'all':<10} {wall:>8.2f} {cpu:>8.2f}")


def compare(night: dict[str, dict[str, Any]], floors: dict[str, float]) -> None:
    """Beside what it costs at least: requests by contract, parsing of the same bytes, COPY of the same rows."""
    manifest = read_manifest(night["extract"]["result"])
    groups = pq.read_table(Path(night["extract"]["result"]) / "groups.parquet", columns=["visibility"]).to_pylist()
    asked = sum(group["visibility"] != "HiddenMembership" for group in groups)
    least = requests_by_contract(manifest.counts["users"], manifest.counts["groups"], asked)
    sent = manifest.traffic["requests"]
    # Managers by $expand cap a page at 100, and a page's link comes with the page before: one chain.
    chain = (manifest.counts["users"] / 100 + 1) * 0.05
    wall, cpu = night["extract"]["wall_s"], night["extract"]["cpu_s"]
    print(f"  requests   {sent} ({least} by contract: {sent / least:.2f} x), retries {manifest.traffic['retries']}")
    print(f"  extract    {wall:.2f} s wall, {wall / chain:.2f} x the chain of user pages at 50 ms ({chain:.2f} s)")
    parse, megabytes = floors["parse_s"], floors["bytes"] / 1e6
    print(f"  extract    {cpu:.2f} s CPU, {cpu / parse:.1f} x parsing the same {megabytes:.1f} MB of JSON")
    load, copy = night["load"]["wall_s"], floors["copy_s"]
    print(f"  load       {load:.2f} s wall, {load / copy:.1f} x COPY of the same rows ({copy:.2f} s)")


@contextmanager
def tenant(state: Path) -> Iterator[dict[str, Any]]:
    """A sandbox tenant in a process of its own; gives its connection's parts."""
    arguments = [part for pair in TENANT.items() for part in pair]
    command = [sys.executable, "-m", "sandbox", "serve", "--state", str(state), *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield _connection(server, state / "server.json")
        finally:
            server.send_signal(signal.SIGTERM)


def _connection(server: subprocess.Popen[bytes], path: Path) -> dict[str, Any]:
    while not path.exists():
        if server.poll() is not None:
            raise RuntimeError(f"The sandbox tenant ended with status {server.returncode}.")
        time.sleep(0.05)
    parts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["connection"]
    return parts


def _python(*arguments: str, given: dict[str, Any] | None = None) -> str:
    """Run Python with JSON on its standard input: secrets do not show in the process list."""
    done = subprocess.run(
        [sys.executable, *arguments], input=json.dumps(given or {}), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout
