"""What a worker loads before it forks: all that a step would load, and nothing that a fork would lose."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

LOADED = """
import json, sys, threading
from entra_sync.airflow import preload
print("RESULT" + json.dumps({"modules": sorted(sys.modules), "threads": threading.active_count()}))
"""
RECORDS_ONLY = """
import json, sys
from entra_sync.airflow import metrics, notices, tasks
print("RESULT" + json.dumps(sorted({"pandas", "great_expectations"} & set(sys.modules))))
"""
STEPS = ("pipeline.py", "airflow/tasks.py", "airflow/notices.py")


def said(code: str, home: Path) -> object:
    environ = {"AIRFLOW_HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT / 'include'}"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:])


def imported_by_steps() -> set[str]:
    """Modules of the package that DAG files import, and the steps' functions when they are called."""
    found: set[str] = set()
    for path in [*(ROOT / "include/entra_sync" / name for name in STEPS), *(ROOT / "dags").glob("*.py")]:
        tree = ast.parse(path.read_text())
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        found |= {node.module for node in nodes if node.module and node.module.startswith("entra_sync")}
    return found


def test_a_forked_step_finds_everything_loaded(tmp_path: Path) -> None:
    found = said(LOADED, tmp_path)
    assert isinstance(found, dict)

    assert {"entra_sync.validate", "entra_sync.airflow.midnight"} <= imported_by_steps()
    assert imported_by_steps() - set(found["modules"]) == set()
    libraries = {"pandas", "great_expectations", "pyarrow", "msal", "psycopg", "airflow.sdk.definitions.decorators"}
    assert libraries - set(found["modules"]) == set()
    assert found["threads"] == 1, "a thread would be missing in the fork"


def test_steps_that_only_record_load_no_pandas(tmp_path: Path) -> None:
    assert said(RECORDS_ONLY, tmp_path) == []
