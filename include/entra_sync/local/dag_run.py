"""One DAG run inside this process (``dag.test()``): what the child process of ``make sync`` does.

Talks to its parent in events, one JSON object per line; everything that Airflow prints goes to a log file.
``dag.test()`` ignores SIGTERM once it ran a task, so that the parent asks by SIGINT: it ends the step under way, the
DAG's own last step then closes the run, as after any failure.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from entra_sync.airflow.accounts import account_dags, accounts_folder
from entra_sync.errors import ConfigurationError, EntraSyncError
from entra_sync.local.paths import project_root
from entra_sync.local.setup import Setup, adopt, prepare_databases

if TYPE_CHECKING:
    from airflow.sdk import DAG

Emit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Order:
    """Which DAG to run, and how."""

    dag_id: str
    account_file: str
    conf: dict[str, Any]
    dag_file: str = "dags/entra_sync.py"


def import_airflow() -> None:
    """Load what a run needs; meanwhile the parent starts the database server."""
    import airflow.api_fastapi.execution_api.app
    import airflow.dag_processing.dagbag
    import airflow.models.dagrun
    import airflow.sdk.execution_time.supervisor
    import airflow.serialization.serialized_objects  # noqa: F401


def run_dag(setup: Setup, order: Order, *, alone: bool, go: Callable[[], dict[str, str]], emit: Emit) -> int:
    """Run the DAG once. ``go`` waits for the database server and gives what the environment gained meanwhile.

    ``alone``: no other run is under way in this set-up, so that what looks like one was killed. Gives 0 when the run
    succeeded, 1 when it failed, 130 when it was interrupted.
    """
    adopt(setup.environ | {"ENTRA_SYNC_RETRIES": "0"})
    import_airflow()
    os.environ.update(go())
    url = prepare_databases(setup, lambda text: emit({"event": "say", "text": text}))
    emit({"event": "database", "url": url})
    if alone:
        close_left_over()
    emit({"event": "ready"})
    dag = load_dag(order.dag_file, order.dag_id)
    # Airflow 3.3 looks a deadline up in its database, where dag.test() has not put it; somebody is watching anyway.
    dag.deadline = None
    listen(emit)
    now = datetime.now(tz=UTC)
    try:
        run = dag.test(run_after=now, logical_date=now, run_conf=order.conf)
    except KeyboardInterrupt:
        close_interrupted(order, now)
        return 130
    return 0 if run.state == "success" else 1


def load_dag(dag_file: str, dag_id: str) -> DAG:
    """A DAG out of a file of the project."""
    path = project_root() / dag_file
    spec = importlib.util.spec_from_file_location("entra_sync_dag_file", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dag: DAG | None = getattr(module, dag_id, None)
    if dag is None:
        raise ConfigurationError(f"The DAG file makes no DAG {dag_id}.")
    return dag


@dataclass
class Progress:
    """Tells the parent about each step; registered as one of Airflow's listeners by ``listen``."""

    emit: Emit
    started: dict[str, float] = field(default_factory=dict)

    def running(self, task_instance: Any) -> None:
        self.started[task_instance.task_id] = time.monotonic()
        self.emit({"event": "started", "task": task_instance.task_id, "run_id": task_instance.run_id})

    def ended(self, task_instance: Any, error: object = None, *, failed: bool = False) -> None:
        began = self.started.get(task_instance.task_id, time.monotonic())
        self.emit(
            {
                "event": "ended",
                "task": task_instance.task_id,
                "seconds": time.monotonic() - began,
                "failed": failed,
                "error": readable(error),
            }
        )


def readable(error: object) -> str | None:
    """An error in a line for the screen. Our own name nobody; of others only the kind is shown."""
    if error is None:
        return None
    if isinstance(error, EntraSyncError | str):
        return str(error)
    return type(error).__name__


def listen(emit: Emit) -> None:
    """Report each step of the run, and the line of counts that it logs."""
    from airflow.listeners import hookimpl
    from airflow.sdk.listener import get_listener_manager

    progress = Progress(emit)

    class Listener:
        @hookimpl
        def on_task_instance_running(self, previous_state: Any, task_instance: Any) -> None:
            progress.running(task_instance)

        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
            progress.ended(task_instance)

        @hookimpl
        def on_task_instance_failed(self, previous_state: Any, task_instance: Any, error: Any) -> None:
            progress.ended(task_instance, error, failed=True)

    get_listener_manager().add_listener(Listener())  # type: ignore[no-untyped-call]
    logging.getLogger("entra_sync").addHandler(Counts(emit))


class Counts(logging.Handler):
    """Passes on the counts of the line that each step logs: ``step=... run=... seconds=1.20 users=300``."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(logging.INFO)
        self._emit = emit

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on the counts, if it is such a line."""
        message = record.getMessage()
        if message.startswith("step=") and " seconds=" in message:
            counts = message.partition(" seconds=")[2].split(" ")[1:]
            told = [part for part in counts if not part.endswith("=0") and not part.startswith(("run_id=", "status="))]
            self._emit({"event": "counts", "text": " ".join(told)})
        elif "waiting_for_run=" in message:
            self._emit({"event": "say", "text": "another run works on the account; waiting for its end"})


def close_left_over() -> None:
    """Close the runs of processes that were killed: else they hold their accounts, and a scheduler goes on with them.

    Only while no other process of the set-up runs a DAG.
    """
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType
    from sqlalchemy import select

    files = {entry.dag_id: str(entry.path) for entry in account_dags(accounts_folder())}
    running = DagRun.state == "running"
    with create_session() as session:
        left = select(DagRun).where(running, DagRun.triggered_by == DagRunTriggeredByType.TEST)
        for run in session.scalars(left):
            _close(run, files.get(run.dag_id), session)


def close_interrupted(order: Order, logical_date: datetime) -> None:
    """Close a run that was interrupted between two steps."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = select(DagRun).where(DagRun.dag_id == order.dag_id, DagRun.logical_date == logical_date)
        run = session.scalar(found)
        if run is not None:
            _close(run, order.account_file, session)


def _close(run: Any, account_file: str | None, session: Any) -> None:
    """Close a run as failed: in the sync history, which frees its account, and in Airflow."""
    from entra_sync.airflow import tasks

    if account_file is not None:
        try:
            tasks.close_ended(account_file, run)
        except (EntraSyncError, psycopg.Error) as error:
            # It was killed before it had opened its row, or its database is gone.
            logging.getLogger("entra_sync").warning("step=close run=%s %s", run.run_id, type(error).__name__)
    for instance in run.get_task_instances(session=session):
        if instance.state not in ("success", "failed", "skipped", "upstream_failed", "removed"):
            instance.state = "failed"
    run.state = "failed"
    run.end_date = datetime.now(tz=UTC)


def json_lines(descriptor: int) -> Emit:
    """Events to the other end of a pipe."""

    def emit(event: dict[str, Any]) -> None:
        os.write(descriptor, (json.dumps(event) + "\n").encode())

    return emit
