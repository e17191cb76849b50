"""Airflow's own REST API, as far as one manual run needs it (https://airflow.apache.org/docs/apache-airflow/stable/stable-rest-api-ref.html)."""

from __future__ import annotations

from typing import Any, Self

import httpx

from entra_sync.errors import ConfigurationError

FINISHED = ("success", "failed")


class AirflowApi:
    """A signed-in client. Talks to this machine only: a proxy of the environment is not asked."""

    def __init__(self, url: str, *, login: str, password: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=120)
        self._credentials = {"username": login, "password": password}

    def __enter__(self) -> Self:
        answer = self._client.post("/auth/token", json=self._credentials)
        if answer.status_code != 201:
            raise ConfigurationError(
                f"Airflow at {self.url} does not accept this set-up's login (HTTP {answer.status_code}).",
                hint="It was started by another set-up: choose another port through ENTRA_SYNC_PORT.",
            )
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def __exit__(self, *exc: object) -> None:
        self._client.close()

    def healthy(self) -> bool:
        """Whether every part of Airflow says that it works."""
        parts = self._get("/monitor/health")
        wanted = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all((parts.get(part) or {}).get("status") == "healthy" for part in wanted)

    def dag(self, dag_id: str) -> dict[str, Any] | None:
        """The DAG as Airflow knows it; None before its file has been read."""
        answer = self._client.get(f"/api/v2/dags/{dag_id}")
        return None if answer.status_code == 404 else _body(answer)

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs begin."""
        _body(self._client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}))

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Ask for a run; gives its id."""
        asked = {"logical_date": None, "conf": conf}
        return str(_body(self._client.post(f"/api/v2/dags/{dag_id}/dagRuns", json=asked))["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """The run."""
        return self._get(f"/dags/{dag_id}/dagRuns/{run_id}")

    def steps(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The run's task instances, by their start."""
        found = self._get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return sorted(found, key=lambda step: step["start_date"] or "~")

    def _get(self, path: str) -> dict[str, Any]:
        return _body(self._client.get(f"/api/v2{path}"))


def _body(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_error:
        raise ConfigurationError(f"Airflow answered HTTP {answer.status_code} to {answer.request.url.path}.")
    body: dict[str, Any] = answer.json()
    return body
