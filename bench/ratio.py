"""``make sync`` on the sandbox tenant beside an empty DAG with as many tasks, in turns, all installed and set up."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 3
SYNC = ("-m", "entra_sync.local", "sync")
EMPTY = ("-m", "bench.empty_run")


def measure() -> None:
    """Print medians and the ratio; the first sync of the set-up is not counted."""
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    folder.chmod(0o711)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "ENTRA_SYNC"))}
    environ = {**kept, "ENTRA_SYNC_LOCAL": str(folder / "local"), "ENTRA_SYNC_ENV_FILE": ""}
    try:
        _seconds(SYNC, environ)
        _seconds(EMPTY, environ)
        turns = [(_seconds(SYNC, environ), _seconds(EMPTY, environ)) for _ in range(ROUNDS)]
    finally:
        subprocess.run([sys.executable, "-m", "entra_sync.local", "clean"], env=environ, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
    sync, empty = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = statistics.median(whole / nothing for whole, nothing in turns)
    print(f"\nmake sync: {sync:.1f} s; an empty DAG with as many tasks: {empty:.1f} s; {ratio:.2f} x ({ROUNDS} turns)")


def _seconds(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started
