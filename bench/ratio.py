"""``make sync`` on the sandbox tenant beside an empty DAG with as many tasks, in turns, all installed and set up."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 3
SYNC = ("-m", "entra_sync.local", "sync")
EMPTY = ("-m", "bench.empty_run")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Wall seconds of a sync and of an empty run right after it."""

    sync_s: float
    empty_s: float


@dataclass(frozen=True, kw_only=True)
class Turns:
    """All turns; what is told of them are medians."""

    turns: tuple[Turn, ...]

    @property
    def sync_s(self) -> float:
        """Wall seconds of a sync."""
        return statistics.median(turn.sync_s for turn in self.turns)

    @property
    def empty_s(self) -> float:
        """Wall seconds of an empty run."""
        return statistics.median(turn.empty_s for turn in self.turns)

    @property
    def ratio(self) -> float:
        """How often the empty run beside it a sync takes."""
        return statistics.median(turn.sync_s / turn.empty_s for turn in self.turns)


def measure(rounds: int = ROUNDS) -> Turns:
    """Run both in turns; the first sync of the set-up, which loads everybody, is not counted."""
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    folder.chmod(0o711)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "ENTRA_SYNC"))}
    environ = {**kept, "ENTRA_SYNC_LOCAL": str(folder / "local"), "ENTRA_SYNC_ENV_FILE": ""}
    try:
        _seconds(SYNC, environ)
        _seconds(EMPTY, environ)
        turns = [Turn(sync_s=_seconds(SYNC, environ), empty_s=_seconds(EMPTY, environ)) for _ in range(rounds)]
    finally:
        subprocess.run([sys.executable, "-m", "entra_sync.local", "clean"], env=environ, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
    return Turns(turns=tuple(turns))


def show(found: Turns) -> None:
    """In one line."""
    beside = f"make sync: {found.sync_s:.1f} s; an empty DAG with as many tasks: {found.empty_s:.1f} s"
    print(f"\n{beside}; {found.ratio:.2f} x ({len(found.turns)} turns)")


def _seconds(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started
