"""A process that is killed while it extracts leaves nothing behind that anybody would read."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from entra_sync import pipeline
from sandbox.day import a_working_day
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, expected

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("ENTRA_SYNC_KILLS", "6"))


def extract_and_kill(nights: Nights, mode: str, requests: int) -> None:
    """Extract in a process of its own, which is killed when it has sent so many requests (or has ended before)."""
    given = {
        "connection": nights.tenant.connection(),
        "database": nights.url,
        "store": str(nights.store),
        "run": nights.ref().dag_run_id,
        "mode": mode,
    }
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "include"), str(ROOT)])}
    before = nights.tenant.counters.requests
    command = [sys.executable, "-m", "bench.step", "extract"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ, cwd=ROOT
    ) as child:
        assert child.stdin is not None
        child.stdin.write(json.dumps(given).encode())
        child.stdin.close()
        while child.poll() is None and nights.tenant.counters.requests - before < requests:
            try:
                child.wait(0.002)
            except subprocess.TimeoutExpired:
                continue
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("same_run", [True, False], ids=["the task is tried again", "the next run"])
def test_killed_at_random_moments_of_extract(nights: Nights, same_run: bool) -> None:
    """The same folder again, or a new run: the database equals the directory afterwards."""
    rng = random.Random(7 if same_run else 8)
    nights.tenant.settings.users_page = 5
    nights.run()
    before = nights.everything()
    for _ in range(KILLS):
        a_working_day(nights.tenant.company)
        nights.nights += 1
        ref = nights.ref()
        pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=False)
        extract_and_kill(nights, rng.choice(["full", "auto"]), rng.randrange(3, 30))

        assert nights.everything() == before, "an extract never changes the database"
        if same_run:
            status = nights.steps(ref)
        else:
            pipeline.close_run(ref)
            status = nights.run()

        assert status in ("success", "partial", "no_changes")
        assert actual(nights.url) == expected(nights.tenant.company)
        before = nights.everything()
