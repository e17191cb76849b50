"""``make topology``: a night of two accounts through the processes of docker-compose.yaml, one worker killed in it.

Not a part of ``make test``: a killed worker is noticed as late as in production, and its step waits for its retry.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.state import StateFolder
from tests.deploy.running_topology import ACCOUNTS, Topology, redis_program, running_topology
from tests.e2e.oracle import actual, expected
from tests.e2e.running_airflow import RunningAirflow

pytestmark = pytest.mark.skipif(not redis_program(), reason="needs a redis-server: apt-get install redis-server")


def dag_of(account: str) -> str:
    return f"entra_sync_{account}"


def last_midnight(airflow: RunningAirflow, account: str) -> str:
    """The run that a new set-up starts by itself: the latest midnight, which it has missed."""
    airflow.wait_for_dag(dag_of(account))
    while not (runs := airflow.runs(dag_of(account))):
        time.sleep(0.1)
    return str(runs[0]["dag_run_id"])


def running_step(airflow: RunningAirflow, runs: dict[str, str]) -> dict[str, Any]:
    """The first ``extract`` that a worker works on."""
    while True:
        for account, run_id in runs.items():
            task = airflow.tasks(dag_of(account), run_id).get("extract", {})
            assert task.get("state") not in ("success", "failed"), "the step ended before the worker could be killed"
            if task.get("state") == "running" and task.get("pid"):
                return task | {"account": account}
        time.sleep(0.1)


def test_a_night_ends_right_though_a_worker_is_killed_in_it() -> None:
    began = time.monotonic()
    said: list[tuple[str, str]] = []

    def say(what: str, value: object) -> None:
        said.append((f"{time.monotonic() - began:6.1f} s  {what}", str(value)))

    with running_topology(Topology, settings={"fsync": "off"}) as topology, topology.airflow() as airflow:
        say("all parts healthy", ", ".join(topology.processes))
        runs = {account: last_midnight(airflow, account) for account in ACCOUNTS}
        page = airflow.client.get("/sync-history/")
        assert (page.status_code, "Fabrikam" in page.text) == (200, True), page.text[:500]
        step = running_step(airflow, runs)
        victim = topology.whose(step["pid"])
        say(f"kill -9 of {victim} during {step['account']}.extract", f"{topology.kill(victim)} processes")
        for account, run_id in runs.items():
            state = airflow.wait(dag_of(account), run_id)["state"]
            tasks = airflow.tasks(dag_of(account), run_id)
            tries = {name: task["try_number"] for name, task in tasks.items() if task["try_number"] > 1}
            say(f"{account}: run ended as {state}", f"steps tried again: {tries or 'none'}")
            assert state == "success", topology.tail("scheduler")
        again = airflow.tasks(dag_of(step["account"]), runs[step["account"]])["extract"]
        assert again["try_number"] == 2
        compare(topology, say)
        run_id = airflow.trigger("entra_sync_maintenance")
        assert airflow.wait("entra_sync_maintenance", run_id)["state"] == "success"
        cleaned = airflow.tasks("entra_sync_maintenance", run_id)["clean_airflow"]
        assert (cleaned["state"], cleaned["queue"]) == ("success", "maintenance")
        say("maintenance", "Airflow's rows cleaned by the worker that holds its database")
    width = max(len(what) for what, _ in said)
    print("\n" + "\n".join(f"{what:<{width}}  {value}" for what, value in said))


def compare(topology: Topology, say: Any) -> None:
    """Both accounts hold what the directory says."""
    company = StateFolder(topology.folder / "sandbox-state").company()
    assert company is not None
    wanted = expected(company)
    for account in ACCOUNTS:
        found = actual(topology.server.url("peoplegoal"), account)
        for part, value in wanted.items():
            assert found[part] == value, f"{account}: {part}"
        say(f"{account}: database equals directory", f"{len(found['people'])} people, {len(found['members'])} members")
