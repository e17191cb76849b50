"""What the DAG file costs beyond Airflow itself: the scheduler parses it again and again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DAG_FILE = Path(__file__).parents[1] / "dags" / "entra_sync.py"

TIMED = """
import json, runpy, sys, time
started = time.perf_counter()
import airflow.sdk, pendulum
from airflow.sdk import DAG, CronTriggerTimetable, Param, get_parsing_context, task
airflow = time.perf_counter()
runpy.run_path(sys.argv[1])
parsed = time.perf_counter()
print(json.dumps({"airflow_s": airflow - started, "beyond_s": parsed - airflow}))
"""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """The parse that was quickest beyond Airflow: seconds of importing Airflow's SDK, and seconds beyond that."""

    airflow_s: float
    beyond_s: float
    rounds: int


def measure(rounds: int = 3) -> Parsed:
    """Parse the DAG file, each time in a new process."""
    runs = [json.loads(_output()) for _ in range(rounds)]
    return Parsed(**min(runs, key=lambda run: float(run["beyond_s"])), rounds=rounds)


def show(found: Parsed) -> None:
    """In one line."""
    print(f"\nDAG file: {found.beyond_s:.2f} s beyond importing Airflow's SDK ({found.airflow_s:.2f} s)")


def _output() -> str:
    done = subprocess.run(
        [sys.executable, "-c", TIMED, str(DAG_FILE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return done.stdout.decode().splitlines()[-1]
