"""Hundreds of account files: each has its DAG, and an account more costs what one account costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ACCOUNTS = 300

# Counts how often each account file is opened, which no busy machine changes.
PARSE = """
import collections, json, sys, time
opened = collections.Counter()
sys.addaudithook(lambda name, args: opened.update([str(args[0])]) if name == "open" else None)
from airflow.dag_processing.dagbag import DagBag
started = time.process_time()
bag = DagBag(sys.argv[1])
print("RESULT" + json.dumps({
    "errors": bag.import_errors,
    "schedules": {d.dag_id: getattr(d.timetable, "expression", None) for d in bag.dags.values()},
    "opened": {path: times for path, times in opened.items() if path.endswith(".yaml")},
    "cpu_s": time.process_time() - started,
}))
"""


def parse(home: Path, accounts: Path) -> dict[str, Any]:
    """Parse the DAG folder with these account files, in a process of its own."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/unused.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "no-plugins"),
        "ENTRA_SYNC_ACCOUNTS": str(accounts),
    }
    command = [sys.executable, "-c", PARSE, str(ROOT / "dags")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT"))
    return result


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """300 accounts, the 151st broken."""
    folder = tmp_path_factory.mktemp("accounts")
    for number in range(ACCOUNTS):
        text = (
            f'account: customer-{number:03}\nname: Customer {number}\nschedule: "{number % 60} {number % 24} * * *"\n'
        )
        broken = "colour: blue\n" if number == 150 else ""
        (folder / f"customer-{number:03}.yaml").write_text(text + broken, encoding="utf-8")
    return parse(tmp_path_factory.mktemp("home"), folder)


def test_each_account_has_its_dag_with_its_own_schedule(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    expected = {f"entra_sync_customer-{n:03}": f"{n % 60} {n % 24} * * *" for n in range(ACCOUNTS)}
    # A file that does not pass keeps its DAG, which fails with the reason.
    expected["entra_sync_customer-150"] = "0 0 * * *"
    found = {dag_id: schedule for dag_id, schedule in parsed["schedules"].items() if "customer" in dag_id}
    assert found == expected


def test_parsing_reads_each_file_a_fixed_number_of_times(parsed: dict[str, Any]) -> None:
    print(f"\n{ACCOUNTS} account files: {parsed['cpu_s']:.1f} s CPU to parse, {parsed['cpu_s'] / ACCOUNTS:.4f} s each")
    times = {Path(path).stem: count for path, count in parsed["opened"].items() if "/customer-" in path}

    assert len(times) == ACCOUNTS
    # The broken one is read again, for the account that it names.
    assert {name: count for name, count in times.items() if count != 1} == {"customer-150": 2}
