"""A running Airflow for tests: its four parts as ``make up`` starts them, on free ports, and its REST API.

    with running_airflow(setup) as airflow:
        run_id = airflow.trigger("entra_sync_contoso", {"mode": "full"})
        assert airflow.wait("entra_sync_contoso", run_id)["state"] == "success"

The scheduler starts no nights by the clock: every run is the test's own. Starting takes half a minute: one for a file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.conftest import LocalSetup

SPEED = {
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
}
ENDED = ("success", "failed")


class RefusedByAirflow(AssertionError):
    """The API answered with an error; ``status`` is the HTTP status."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
        self.status = answer.status_code


@dataclass
class RunningAirflow:
    """Airflow's REST API, signed in as its administrator. Errors raise RefusedByAirflow."""

    setup: LocalSetup
    url: str
    client: httpx.Client = field(init=False)

    def __enter__(self) -> Self:
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=None)
        passwords = json.loads((self.setup.folder / "airflow" / "passwords.json").read_text())
        login = {"username": "admin", "password": passwords["admin"]}
        token = self.request("POST", "/auth/token", json=login)["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """Ask anything of the server; the JSON of the answer."""
        answer = self.client.request(method, path, **arguments)
        if answer.is_error:
            raise RefusedByAirflow(answer)
        return answer.json() if answer.content else None

    def get(self, path: str, **parameters: Any) -> Any:
        """``get("/dags")`` asks for ``/api/v2/dags``."""
        return self.request("GET", f"/api/v2{path}", params=parameters)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send a body to ``/api/v2`` + path."""
        return self.request("POST", f"/api/v2{path}", json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change something below ``/api/v2``."""
        return self.request("PATCH", f"/api/v2{path}", json=body)

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run by hand; gives its id."""
        asked = {"logical_date": None, "conf": conf or {}}
        return str(self.post(f"/dags/{dag_id}/dagRuns", asked)["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The DAG's runs, the oldest first."""
        found = self.get(f"/dags/{dag_id}/dagRuns", limit=100, order_by="id")
        return list(found["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> dict[str, dict[str, Any]]:
        """The task instances of a run by task id."""
        found = self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task for task in found}

    def wait(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """The run when it has ended."""
        while True:
            run: dict[str, Any] = self.get(f"/dags/{dag_id}/dagRuns/{run_id}")
            if run["state"] in ENDED:
                return run
            time.sleep(0.3)

    def wait_for_runs(self, dag_id: str, number: int) -> list[dict[str, Any]]:
        """The DAG's runs as soon as there are ``number`` at least and all have ended, the oldest first."""
        while True:
            runs = self.runs(dag_id)
            if len(runs) >= number and all(run["state"] in ENDED for run in runs):
                return runs
            time.sleep(0.3)

    def read_again(self, dag_id: str = "entra_sync_contoso") -> None:
        """Have the DAG's file read now, after an account file has changed; else it is read twice a minute."""
        token = self.get(f"/dags/{dag_id}/details")["file_token"]
        self.request("PUT", f"/api/v2/parseDagFile/{token}")

    def wait_for_dag(self, dag_id: str) -> dict[str, Any]:
        """The DAG, once its file has been read."""
        while True:
            answer = self.client.get(f"/api/v2/dags/{dag_id}")
            if answer.status_code == 200:
                dag: dict[str, Any] = answer.json()
                return dag
            time.sleep(0.3)

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int = 1) -> str:
        """What a task logged."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        return json.dumps(self.get(path)["content"])


@contextmanager
def running_airflow(setup: LocalSetup, *dag_ids: str, env: dict[str, str] | None = None) -> Iterator[RunningAirflow]:
    """Airflow up on the set-up's databases, the DAGs (contoso's by default) read; down again at the end.

    The set-up's ``env`` must be complete before: connections, ENTRA_SYNC_ACCOUNTS.
    """
    up = setup.run("up", env=SPEED | (env or {}))
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        with RunningAirflow(setup, f"http://127.0.0.1:{setup.env['ENTRA_SYNC_PORT']}") as airflow:
            for dag_id in dag_ids or ("entra_sync_contoso",):
                airflow.wait_for_dag(dag_id)
            yield airflow
    finally:
        setup.run("down")
