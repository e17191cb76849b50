"""One Airflow DAG per account file: open the run, extract, validate, transform, load, close the run.

Wiring only. Between tasks go URIs and counts, never a person's data. The work is in ``entra_sync.airflow.tasks``, which
a task imports when it runs: parsing this file loads neither pandas nor Great Expectations, and reads no Connection.
"""

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import (
    DAG,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    Param,
    SyncCallback,
    get_parsing_context,
    task,
)

from entra_sync.airflow.accounts import AccountDag, account_dags, accounts_folder
from entra_sync.airflow.assets import HELD, synced
from entra_sync.airflow.late import tell_late
from entra_sync.airflow.midnight import Midnight, weight
from entra_sync.airflow.retries import DELAY, LONGEST_DELAY, TransientOnly, retries

DOC = """
### {name}: Microsoft Entra ID to PeopleGoal

Reads users with their managers, and groups with their members, over Microsoft Graph; checks them; turns them into
PeopleGoal profiles and teams; upserts what changed. Every person's change is recorded in `sync.change`, every problem
in `sync.issue`, every run in `sync.run`.

| step | on failure |
|---|---|
| open_run | another run works on the account: waits, then is retried |
| extract | a failed page fails the run: nobody leaves on half a picture; a replay takes a stored snapshot |
| validate | bad rows are rejected one by one; a bad set blocks the run |
| transform | pure: the same snapshot gives the same tables |
| load | one transaction: everything or nothing; what is over a limit is held, all else applied |
| announce | tells other DAGs: the asset `entra_sync_{account}`, with the counts; skipped by a dry run |
| ask | starts `entra_sync_decisions` when something new is held; skipped otherwise |
| close_run | always runs; records also what failed |
| tell | always runs; tells the receivers of `notify` what is news; its failure fails no night |

Configuration: `{file}`. Connection: `entra_{account}`. *Trigger* offers the mode and a dry run that writes no profile.
"""

PARAMS = {
    "mode": Param(
        "auto",
        type="string",
        enum=["auto", "full", "incremental", "replay"],
        title="Mode",
        description="auto: what is enough; full: all of the tenant; incremental: puts off the weekly full reading; "
        "replay: a stored snapshot again, with today's account file. A backfill always replays",
    ),
    "date": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Date to replay",
        description="For the mode replay: the day whose snapshot is taken. Empty: the one that PeopleGoal shows now",
    ),
    "dry_run": Param(
        False, type="boolean", title="Dry run", description="Plan and record, but change no profile or team"
    ),
}


MIDNIGHT = Midnight.of_environment()


def late(entry: AccountDag) -> DeadlineAlert | None:
    """Tell of a run that has not ended in time, as Airflow notices it."""
    if not entry.late_after_hours:
        return None
    callback = SyncCallback(tell_late, {"account_file": str(entry.path)})
    return DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(hours=entry.late_after_hours), callback)


def build(entry: AccountDag) -> DAG:
    """Wire the DAG of one account."""
    with DAG(
        dag_id=entry.dag_id,
        dag_display_name=f"Entra sync: {entry.name}",
        description=f"Microsoft Entra ID to PeopleGoal for {entry.name}",
        doc_md=DOC.format(name=entry.name, file=entry.path.name, account=entry.account),
        schedule=CronTriggerTimetable(MIDNIGHT.starts(entry.schedule, entry.account), timezone=entry.timezone),
        start_date=pendulum.datetime(2026, 1, 1, tz=entry.timezone),
        catchup=False,
        max_active_runs=1,
        deadline=late(entry),
        # A backfill replays stored nights; an approval in entra_sync_decisions starts a run by an operator.
        allowed_run_types=["scheduled", "manual", "backfill", "operator_triggered"],
        params=PARAMS,
        tags=["entra", "peoplegoal", entry.account],
        default_args={
            "owner": "peoplegoal",
            "retries": retries(),
            "retry_delay": DELAY,
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": LONGEST_DELAY,
            "retry_policy": TransientOnly(),
            "execution_timeout": timedelta(hours=6),
            # Upstream: an account that has begun comes before one of its size that has not.
            "priority_weight": weight(entry.expected_people),
            "weight_rule": "upstream",
        },
    ) as dag:
        account_file = str(entry.path)

        # A backfill starts several runs at once: one at a time waits for the account, and takes a worker for it.
        @task(max_active_tis_per_dag=1)
        def open_run(**context: Any) -> int:
            """Open the run's row in the sync history and take the account's lease."""
            from entra_sync.airflow import tasks

            return tasks.open_run(account_file, context)

        @task(pool=MIDNIGHT.extract_pool)
        def extract(opened_run: int, **context: Any) -> str:
            """Read users with managers and groups with members, side by side, into one sealed snapshot."""
            from entra_sync.airflow import tasks

            return tasks.extract(account_file, context)

        @task
        def validate(snapshot_uri: str, **context: Any) -> str:
            """Hold the snapshot against the checks; bad rows are rejected, a bad set blocks."""
            from entra_sync.airflow import tasks

            return tasks.validate(account_file, snapshot_uri, context)

        @task
        def transform(snapshot_uri: str, checks_uri: str, **context: Any) -> str:
            """Make PeopleGoal profiles, teams and team members for this date."""
            from entra_sync.airflow import tasks

            return tasks.transform(account_file, snapshot_uri, checks_uri, context)

        @task(pool=MIDNIGHT.load_pool)
        def load(snapshot_uri: str, checks_uri: str, curated_uri: str, **context: Any) -> dict[str, Any]:
            """Plan the whole difference, hold it against the guards, apply it: one transaction."""
            from entra_sync.airflow import tasks

            return tasks.load(account_file, snapshot_uri, checks_uri, curated_uri, context)

        @task(outlets=[HELD])
        def ask(**context: Any) -> None:
            """Have people asked about what this run holds; skipped when it asks nothing new."""
            from entra_sync.airflow import tasks

            tasks.ask(account_file, context)

        @task(outlets=[synced(entry.account)])
        def announce(**context: Any) -> None:
            """Tell other DAGs that the night is in PeopleGoal; skipped by a dry run."""
            from entra_sync.airflow import tasks

            tasks.announce(account_file, context)

        @task
        def close_run(**context: Any) -> str:
            """Close the run's row with its outcome, also after a failure, and release the account."""
            from entra_sync.airflow import tasks

            return tasks.close_run(account_file, context)

        @task
        def tell(**context: Any) -> None:
            """Tell people of the run, also after a failure; skipped when the account names nobody."""
            from entra_sync.airflow import notices

            notices.tell_run(account_file, context)

        opened = open_run()
        snapshot = extract(opened)
        checks = validate(snapshot)
        curated = transform(snapshot, checks)
        loaded = load(snapshot, checks, curated)
        closed = close_run()
        # With on_failure_fail_dagrun the teardown alone would decide about the DAG run, and hide a failed step.
        loaded >> [ask(), announce()] >> closed.as_teardown(setups=opened)
        # A teardown as well: a notice that nobody took fails no night.
        closed >> tell().as_teardown()
    return dag


for _entry in account_dags(accounts_folder(), get_parsing_context().dag_id):
    globals()[_entry.dag_id] = build(_entry)
