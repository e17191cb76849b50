"""The DAG file: one DAG per account file, parsed cheaply, no account lost. Each test parses in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OURS = ["entra_sync_decisions", "entra_sync_maintenance", "entra_sync_notices"]

PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print("RESULT" + json.dumps({
    "errors": bag.import_errors,
    "heavy": sorted({"pandas", "great_expectations", "pyarrow", "msal", "psycopg"} & set(sys.modules)),
    "dags": {d.dag_id: {
        "tasks": {t.task_id: sorted(t.upstream_task_ids) for t in d.tasks},
        "max_active_runs": d.max_active_runs, "catchup": d.catchup, "timezone": str(d.timezone),
        "schedule": getattr(d.timetable, "expression", None), "doc": d.doc_md or "", "params": sorted(d.params),
        "teardown": [t.task_id for t in d.tasks if t.is_teardown],
        "run_types": sorted(str(getattr(k, "value", k)) for k in d.allowed_run_types or []),
        "retries": min(t.retries for t in d.tasks),
        "pools": {t.task_id: t.pool for t in d.tasks}, "weights": sorted({t.priority_weight for t in d.tasks}),
    } for d in bag.dags.values()},
}))
"""


def parse(tmp_path: Path, accounts: Path, **further: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/unused.db",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(tmp_path / "no-plugins"),
        "ENTRA_SYNC_ACCOUNTS": str(accounts),
        **further,
    }
    command = [sys.executable, "-c", PARSE, str(ROOT / "dags")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT"))
    return result


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three account files, one of them broken."""
    folder = tmp_path_factory.mktemp("accounts")
    (folder / "contoso.yaml").write_text(
        'account: contoso\nname: Contoso Ltd\nschedule: "30 1 * * *"\ntimezone: Europe/London\n',
        encoding="utf-8",
    )
    (folder / "fabrikam.yaml").write_text("account: fabrikam\nname: Fabrikam\n", encoding="utf-8")
    (folder / "broken.yaml").write_text("account: broken\nname: Broken\ncolour: blue\n", encoding="utf-8")
    return parse(tmp_path_factory.mktemp("home"), folder)


def test_every_account_file_has_its_dag(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    accounts = ["entra_sync_broken", "entra_sync_contoso", "entra_sync_fabrikam"]
    assert sorted(parsed["dags"]) == sorted([*accounts, *OURS])


def test_parsing_loads_neither_pandas_nor_great_expectations(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


def test_the_steps_follow_one_another_and_the_run_is_always_closed(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["entra_sync_contoso"]

    assert dag["tasks"]["extract"] == ["open_run"]
    assert dag["tasks"]["validate"] == ["extract"]
    assert "validate" in dag["tasks"]["transform"]
    assert "transform" in dag["tasks"]["load"]
    assert sorted(dag["teardown"]) == ["close_run", "tell"]
    assert dag["tasks"]["tell"] == ["close_run"]
    assert dag["tasks"]["ask"] == dag["tasks"]["announce"] == ["load"]
    assert {"ask", "announce"} <= set(dag["tasks"]["close_run"])


def test_the_schedule_is_the_accounts_own(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["entra_sync_contoso"]

    assert dag["schedule"] == "30 1 * * *"
    assert dag["timezone"] == "Europe/London"
    assert (dag["max_active_runs"], dag["catchup"]) == (1, False)
    assert dag["run_types"] == ["backfill", "manual", "operator_triggered", "scheduled"]
    assert dag["params"] == ["date", "dry_run", "mode"]
    assert "contoso.yaml" in dag["doc"]


def test_the_default_account_file_parses(tmp_path: Path) -> None:
    parsed = parse(tmp_path, ROOT / "include" / "accounts")

    assert parsed["errors"] == {}
    assert sorted(parsed["dags"]) == ["entra_sync_contoso", *OURS]
    assert parsed["dags"]["entra_sync_contoso"]["schedule"] == "0 0 * * *"


def test_the_environment_spreads_starts_and_names_pools_and_large_accounts_weigh_more(tmp_path: Path) -> None:
    for slug, people in (("contoso", 50_000), ("fabrikam", 0)):
        text = f"account: {slug}\nname: {slug.title()}\nexpected_people: {people}\n"
        (tmp_path / f"{slug}.yaml").write_text(text, encoding="utf-8")
    environment = {
        "ENTRA_SYNC_SPREAD_MINUTES": "59",
        "ENTRA_SYNC_EXTRACT_POOL": "graph",
        "ENTRA_SYNC_LOAD_POOL": "database",
    }

    dags = parse(tmp_path / "home", tmp_path, **environment)["dags"]

    contoso, fabrikam = dags["entra_sync_contoso"], dags["entra_sync_fabrikam"]
    assert contoso["schedule"] != fabrikam["schedule"]
    assert {dag["schedule"].split(maxsplit=1)[1] for dag in (contoso, fabrikam)} == {"0 * * *"}
    assert (contoso["weights"], fabrikam["weights"]) == ([500], [1])
    pools = contoso["pools"]
    assert (pools.pop("extract"), pools.pop("load")) == ("graph", "database")
    assert set(pools.values()) == {"default_pool"}
