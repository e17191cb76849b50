"""Work in a process of its own, so that its CPU time and its peak memory are its own.

The parent gives JSON on standard input (secrets do not show in the process list) and gets one line of JSON back. Only
the standard library is imported here: children of other environments use it too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
# Libraries print, too.
MARK = "bench-result "
T = TypeVar("T")


class ChildFailed(Exception):
    """A child ended without a result; the text holds the end of what it said."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What some work took. CPU is user and system; the peak is the process's, its imports included."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run(
    module: str,
    given: dict[str, Any],
    *,
    python: str | Path = sys.executable,
    folder: Path | None = None,
    environ: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Run ``python -m module`` in ``folder`` and give its result. Raises ChildFailed."""
    found = {**os.environ, **(environ or {})}
    # For a folder other than the checkout, and for an environment that the product is not installed in.
    found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), found.get("PYTHONPATH"))))
    done = subprocess.run(
        [str(python), "-m", module], input=json.dumps(given), capture_output=True, text=True, env=found, cwd=folder
    )
    if done.returncode:
        raise ChildFailed(f"{module} ended with status {done.returncode}: {done.stderr.strip()[-2000:]}")
    told = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not told:
        raise ChildFailed(f"{module} ended without a result: {done.stderr.strip()[-2000:]}")
    result: dict[str, Any] = json.loads(told[-1])
    return result


def read_given() -> dict[str, Any]:
    """What the parent gave."""
    given: dict[str, Any] = json.loads(sys.stdin.read())
    return given


def give(result: dict[str, Any]) -> None:
    """Give the parent the result."""
    print(f"{MARK}{json.dumps(result)}", flush=True)


def measured(work: Callable[[], T]) -> tuple[T, Cost]:
    """Do some work; gives its result and what it took. What is imported before does not count as time."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = work()
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result, Cost(wall_s=wall, cpu_s=cpu, peak_mib=peak_mib())


def peak_mib() -> float:
    """The most memory that this process has had resident, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss of a child is never below what its parent had when it started it.
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / 1024 / (1024 if sys.platform == "darwin" else 1)
