"""A DAG that does nothing, with as many tasks as the sync has, in the same form."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import DAG, Param, task

with DAG(
    dag_id="empty",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    params={"mode": Param("auto", type="string"), "dry_run": Param(False, type="boolean")},
) as dag:

    @task
    def step(before: str, **context: Any) -> str:
        """Do nothing."""
        return before

    first: Any = step.override(task_id="open_run")("nothing")
    last: Any = first
    for name in ("extract", "validate", "transform", "load"):
        last = step.override(task_id=name)(last)
    more: list[Any] = [step.override(task_id=name)("nothing") for name in ("ask", "announce")]
    close: Any = step.override(task_id="close_run")("nothing")
    last >> more >> close.as_teardown(setups=first)
    close >> step.override(task_id="tell")("nothing").as_teardown()

empty = dag
