"""What the DAG file costs beyond Airflow itself: the scheduler parses it again and again."""

from __future__ import annotations

import json
import subprocess
import sys
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


def measure() -> None:
    """Print the best of three parses, each in a new process."""
    runs = [json.loads(_output()) for _ in range(3)]
    best = min(runs, key=lambda run: float(run["beyond_s"]))
    print(f"\nDAG file: {best['beyond_s']:.2f} s beyond importing Airflow's SDK ({best['airflow_s']:.2f} s)")


def _output() -> str:
    done = subprocess.run(
        [sys.executable, "-c", TIMED, str(DAG_FILE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return done.stdout.decode().splitlines()[-1]
