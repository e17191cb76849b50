"""The DAG that tells people what no run has told: once an hour, and the weekly summary on Monday morning.

Wiring only. After each run the account's own DAG tells; this one makes good what a crash or a receiver that was down
left untold.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

DOC = """
### Notices

Tells the receivers under `notify` of each account file what is still untold: failures, questions, recoveries; on Monday
from seven o'clock in the account's zone the summary of the week before. Nothing is told twice. `docs/notifications.md`.
"""

with DAG(
    dag_id="entra_sync_notices",
    dag_display_name="Entra sync: notices",
    description="Tells people what is still untold, and the weekly summary",
    doc_md=DOC,
    schedule=CronTriggerTimetable("41 * * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["entra", "peoplegoal"],
    default_args={"owner": "peoplegoal", "retries": 0, "execution_timeout": timedelta(minutes=30)},
) as dag:

    @task
    def tell_everybody() -> None:
        """Tell what is untold."""
        from entra_sync.airflow import notices

        notices.tell_everybody()

    tell_everybody()
