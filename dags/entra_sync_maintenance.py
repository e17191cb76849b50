"""The DAG that deletes what was kept long enough: once a day, apart from the nights.

Wiring only. Each account's file says how long (`retention`); Airflow's own rows and logs go by age where a worker holds
its database.
"""

import os
from datetime import timedelta

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

DOC = """
### Maintenance

- **sweep** deletes snapshots, curated days and the names of old runs, as `retention` of each account file says, and
  goes on with erasures (`entra-sync forget`) that broke off.
- **clean_airflow** deletes Airflow's own runs, tasks, XComs and logs after `ENTRA_SYNC_AIRFLOW_DAYS` (90). A worker
  that does not hold Airflow's database skips it.

Nobody in PeopleGoal is changed. `docs/privacy.md`.
"""

# In production only one worker holds Airflow's database.
QUEUE = os.environ.get("ENTRA_SYNC_MAINTENANCE_QUEUE")

with DAG(
    dag_id="entra_sync_maintenance",
    dag_display_name="Entra sync: maintenance",
    description="Deletes what was kept long enough",
    doc_md=DOC,
    schedule=CronTriggerTimetable("23 4 * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["entra", "peoplegoal"],
    default_args={
        "owner": "peoplegoal",
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=4),
    },
) as dag:

    @task
    def sweep() -> None:
        """Carry out every account's retention."""
        from entra_sync.airflow import maintenance

        maintenance.sweep_everybody()

    @task(**({"queue": QUEUE} if QUEUE else {}))
    def clean_airflow() -> None:
        """Delete Airflow's own old rows and logs."""
        from entra_sync.airflow import maintenance

        maintenance.clean_airflow()

    sweep()
    clean_airflow()
