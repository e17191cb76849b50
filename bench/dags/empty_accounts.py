"""DAGs that do nothing, with the steps and the pools of an account's; as many as BENCH_EMPTY_ACCOUNTS says."""

from __future__ import annotations

import os
from typing import Any

import pendulum
from airflow.sdk import DAG, task

from entra_sync.airflow.midnight import Midnight

MIDNIGHT = Midnight.of_environment()


def build(number: int) -> DAG:
    """Wired as dags/entra_sync.py."""
    with DAG(dag_id=f"empty_{number:03}", schedule=None, start_date=pendulum.datetime(2026, 1, 1)) as dag:

        @task
        def step(before: str, **context: Any) -> str:
            """Do nothing."""
            return before

        opened: Any = step.override(task_id="open_run")("nothing")
        last: Any = step.override(task_id="extract", pool=MIDNIGHT.extract_pool)(opened)
        for name in ("validate", "transform"):
            last = step.override(task_id=name)(last)
        loaded: Any = step.override(task_id="load", pool=MIDNIGHT.load_pool)(last)
        closed: Any = step.override(task_id="close_run")("nothing")
        more: list[Any] = [step.override(task_id=name)("nothing") for name in ("ask", "announce")]
        loaded >> more >> closed.as_teardown(setups=opened)
        closed >> step.override(task_id="tell")("nothing").as_teardown()
    return dag


for _number in range(int(os.environ.get("BENCH_EMPTY_ACCOUNTS") or 0)):
    globals()[f"empty_{_number:03}"] = build(_number)
