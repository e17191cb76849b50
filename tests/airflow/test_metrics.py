"""A closed run arrives at an OpenTelemetry collector, by the settings that docs/observability.md gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from entra_sync.airflow.metrics import METRICS
from tests.airflow.collector import Collector
from tests.conftest import ROOT
from tests.load.factory import Directory, Nights

TELL = """
import sys
from entra_sync.airflow.metrics import report_run
report_run(sys.stdin.readline().strip(), "contoso", "contoso-1")
"""


def test_a_collector_is_told_what_a_run_was(database_url: str, tmp_path: Path) -> None:
    run = Nights(url=database_url).run(Directory.of("ann", "ben"))
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "OTEL"))}
    environ |= {"AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "include"), "NO_PROXY": "*"}

    with Collector() as collector:
        environ |= collector.env
        subprocess.run([sys.executable, "-c", TELL], env=environ, input=database_url, text=True, check=True)

    told = {(name, tuple(sorted(tags.items()))): value for name, tags, value in collector.told}
    ours = {(name, tags): value for (name, tags), value in told.items() if name.startswith("airflow.entra_sync.")}
    assert {name for name, _ in ours} == {f"airflow.{name}" for name in METRICS}
    assert ours["airflow.entra_sync.users", (("account", "contoso"), ("what", "created"))] == run.users_created == 2
    kinds = (("account", "contoso"), ("mode", "full"), ("status", "success"))
    assert ours["airflow.entra_sync.runs", kinds] == 1
    assert all("ann" not in str(one).lower() for one in ours)
