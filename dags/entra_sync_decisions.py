"""The DAG that asks people about what a limit withheld, apart from the runs: a question never holds a night open.

Wiring only. A run that holds something new starts it by an asset event; once an hour it looks by itself for what an
event that was lost should have asked. Each decision is asked, recorded and applied by itself; nobody answering within
the account's time means no.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, Param, task, task_group

from entra_sync.airflow.asking import ApplyOperator, AskOperator
from entra_sync.airflow.assets import HELD

DOC = """
### What a limit withheld

A limit of the account file (`guards`) held part of a night: too many people would leave or join, or a team would lose
too many members. The rest of that night was applied. Answer under *Required actions*:

- **Approve once**: exactly these changes are applied, by a run that starts at once. If the plan changed meanwhile,
  nothing is applied and the new plan is asked about.
- **Reject**: everybody stays as they are, until the plan changes.

Nobody answering in time (`guards.decide_within_hours`) means no. `entra-sync decisions` lists, names and answers too.
"""

with DAG(
    dag_id="entra_sync_decisions",
    dag_display_name="Entra sync: decisions",
    description="Asks people about what a limit withheld",
    doc_md=DOC,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("17 * * * *", timezone="UTC"), assets=[HELD]),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    params={
        "again": Param(False, type="boolean", title="Ask again", description="Also for what another run asks already")
    },
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=100,
    tags=["entra", "peoplegoal"],
    default_args={"owner": "peoplegoal", "retries": 0, "retry_delay": timedelta(seconds=10)},
) as dag:

    @task(retries=5)
    def questions(**context: Any) -> list[int]:
        """Which decisions to ask for."""
        from entra_sync.airflow import asking

        return asking.questions(context)

    @task(retries=5)
    def record(said: dict[str, Any]) -> dict[str, Any]:
        """Write the answer down, with who gave it."""
        from entra_sync.airflow import asking

        return asking.record_answer(said)

    @task_group
    def decide(decision_id: int) -> None:
        """One decision: asked, recorded, applied."""
        # An answer within a second of the question meets a race in Airflow, which fails the task (issue 71580 there).
        asked = AskOperator(task_id="ask", decision_id=decision_id, retries=3)
        recorded = record(asked.output)
        ApplyOperator(task_id="apply", recorded=recorded, retries=5)

    decide.expand(decision_id=questions())
