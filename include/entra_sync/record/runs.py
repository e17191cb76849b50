"""A run's row: opened, found again by its steps, closed.

A run is *closed* when ``finished_at`` is set. Load sets the status together with the data; a run that is
closed while its status still says ``running`` has failed.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import psycopg
import pyarrow as pa

from entra_sync.codes import CODES
from entra_sync.db import Connection, copy_table, statement
from entra_sync.errors import AccountBusy, EntraSyncError
from entra_sync.issues import COLUMNS

log = logging.getLogger("entra_sync")

# How long a step's end leaves the account to the run: the next task may wait for a free worker.
BETWEEN_STEPS_S = 900.0

ABANDONED = {
    "error_class": "LeaseLost",
    "error_message": "The run ended without closing its row, and another run took the account over.",
    "error_step": "run",
    "error_code": "run_abandoned",
    "error_hint": CODES["run_abandoned"].hint,
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One attempt of a run; ``account`` is the slug, ``day`` that of the curated tables in the account's time zone."""

    id: int
    account_id: int
    account: str
    dag_id: str
    dag_run_id: str
    attempt: int
    run_type: str
    mode: str
    dry_run: bool
    status: str
    snapshot_uri: str | None
    day: date | None
    started_at: datetime
    finished_at: datetime | None


def open_run(
    connection: Connection,
    *,
    account: str,
    name: str,
    dag_id: str,
    dag_run_id: str,
    run_type: str,
    mode: str,
    dry_run: bool,
    day: date | None = None,
    wait_s: float = 600,
    poll_s: float = 2,
) -> Run:
    """Open the next attempt of a DAG run and take the account's lease.

    Waits up to ``wait_s`` for a live run that holds the account; then raises AccountBusy. Runs of the account
    that were never closed, an earlier attempt of this DAG run among them, are closed as failed.
    """
    connection.execute(statement("record/ensure_account"), {"slug": account, "name": name})
    found = connection.execute(statement("record/find_account"), {"slug": account}).fetchone()
    connection.commit()
    assert found is not None
    settings = {
        "account_id": found["id"],
        "dag_id": dag_id,
        "dag_run_id": dag_run_id,
        "run_type": run_type,
        "mode": mode,
        "dry_run": dry_run,
        "snapshot_uri": None,
        "day": day,
    }
    if mode == "replay":
        settings |= _replayed_before(connection, account, dag_run_id)
    return _open(connection, settings, wait_s=wait_s, poll_s=poll_s)


def _replayed_before(connection: Connection, account: str, dag_run_id: str) -> dict[str, Any]:
    """Snapshot and day of an earlier attempt: to clear load clears open_run too, and not extract, which finds them."""
    earlier = _newest_attempt(connection, account, dag_run_id)
    if earlier is None or earlier.mode != "replay" or earlier.snapshot_uri is None:
        return {}
    return {"snapshot_uri": earlier.snapshot_uri, "day": earlier.day}


def current_run(connection: Connection, account: str, dag_run_id: str) -> Run:
    """The newest attempt of an account's DAG run. Raises EntraSyncError when there is none."""
    run = _newest_attempt(connection, account, dag_run_id)
    if run is None:
        raise EntraSyncError(
            f"The account {account} has no run {dag_run_id}.",
            hint="The step open_run comes first: run it again.",
        )
    return run


def _newest_attempt(connection: Connection, account: str, dag_run_id: str) -> Run | None:
    key = {"account": account, "dag_run_id": dag_run_id}
    found = connection.execute(statement("record/newest_attempt"), key).fetchone()
    return read_run(connection, found["id"]) if found else None


def read_run(connection: Connection, run_id: int) -> Run:
    """One attempt by id."""
    (row,) = connection.execute(statement("record/run"), {"run_id": run_id}).fetchall()
    return Run(**{field.name: row[field.name] for field in fields(Run)})


def ensure_open(
    connection: Connection, account: str, dag_run_id: str, *, wait_s: float = 600, poll_s: float = 2
) -> Run:
    """The newest attempt, its lease taken; one that was closed already is followed by a new attempt alike.

    The latter happens when somebody clears only later tasks of a DAG run. Raises AccountBusy when another run
    works on the account.
    """
    run = current_run(connection, account, dag_run_id)
    if run.finished_at is None:
        if _take(connection, run.account_id, run.id, dag_run_id):
            connection.commit()
            return run
        connection.rollback()
        run = current_run(connection, account, dag_run_id)
    settings = {field.name: getattr(run, field.name) for field in fields(Run)}
    return _open(connection, settings, wait_s=wait_s, poll_s=poll_s)


def close_run(
    connection: Connection, account: str, dag_run_id: str, *, issues: pa.Table | None, noted: pa.Table | None = None
) -> Run:
    """Close the newest attempt, whatever happened, and release the account. Closing it again changes nothing.

    A run that failed before load gets ``issues`` (what validate found) and one more for its error. ``noted``: issues
    of any run, found beside its steps.
    """
    run = current_run(connection, account, dag_run_id)
    if run.finished_at is not None:
        connection.rollback()
        return run
    if run.status == "running":
        if issues is not None and issues.num_rows:
            insert_issues(connection, run.id, issues)
        _insert_error(connection, run)
    if noted is not None and noted.num_rows:
        insert_issues(connection, run.id, noted)
    _finish(connection, run.account_id, run.id)
    connection.commit()
    return read_run(connection, run.id)


def insert_issues(connection: Connection, run_id: int, issues: pa.Table) -> None:
    """Add findings to the run's issues, in their order."""
    connection.execute(statement("record/stage_issues"))
    copy_table(connection, "record/copy_issues", issues, COLUMNS)
    connection.execute(statement("record/insert_issues"), {"run_id": run_id})


def holder() -> str:
    """Who works: for a person who looks for the process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _open(connection: Connection, settings: dict[str, Any], *, wait_s: float, poll_s: float) -> Run:
    """Insert the next attempt as soon as no live run of another DAG run holds the account."""
    account_id, deadline, told = settings["account_id"], time.monotonic() + wait_s, None
    while True:
        connection.execute(statement("record/lock_account"), settings)
        busy = connection.execute(statement("record/lease_holder"), settings).fetchone()
        if busy is None or busy["dag_run_id"] == settings["dag_run_id"]:
            (row,) = connection.execute(statement("record/insert_run"), settings).fetchall()
            if _take(connection, account_id, row["id"], settings["dag_run_id"]):
                _abandon_others(connection, account_id, row["id"])
                connection.commit()
                return read_run(connection, row["id"])
        connection.rollback()
        by = busy["run_id"] if busy else "unknown"
        if time.monotonic() >= deadline:
            raise AccountBusy(
                f"Run {by} works on the account since before this one; waited {wait_s:.0f} s.",
                hint="It is tried again later. If that run is dead, its lease ends by itself.",
            )
        if by != told:
            log.info("step=open waiting_for_run=%s holder=%s", by, busy["holder"] if busy else "unknown")
            told = by
        time.sleep(poll_s)


def _take(connection: Connection, account_id: int, run_id: int, dag_run_id: str) -> bool:
    """Take the lease; no if another run's is live, or locked by a transaction that applies data right now."""
    values = {
        "account_id": account_id,
        "run_id": run_id,
        "dag_run_id": dag_run_id,
        "holder": holder(),
        "ttl_s": BETWEEN_STEPS_S,
    }
    try:
        return connection.execute(statement("record/take_lease"), values).fetchone() is not None
    except psycopg.errors.LockNotAvailable:
        connection.rollback()
        return False


def _abandon_others(connection: Connection, account_id: int, run_id: int) -> None:
    """Close the account's runs that nobody will close any more."""
    key = {"account_id": account_id, "run_id": run_id}
    for other in connection.execute(statement("record/unfinished_runs"), key).fetchall():
        log.warning("step=open abandoned_run=%s status=%s", other["id"], other["status"])
        if other["status"] == "running":
            # A step that was cleared and failed again has said why; nobody has closed the run after it.
            if other["error_class"] is None:
                connection.execute(statement("record/note_error"), {**ABANDONED, "run_id": other["id"]})
            _insert_error(connection, read_run(connection, other["id"]))
        connection.execute(statement("record/finish_run"), {"run_id": other["id"]})


def _insert_error(connection: Connection, run: Run) -> None:
    """One issue for what ended the run."""
    (row,) = connection.execute(statement("record/run"), {"run_id": run.id}).fetchall()
    if row["error_class"] is None:
        message = "The run was closed before its data were applied, and no step left an error."
        error = {**ABANDONED, "error_class": "RunAbandoned", "error_message": message, "run_id": run.id}
        connection.execute(statement("record/note_error"), error)
        row |= error
    hint = row["error_hint"]
    issue = {
        "run_id": run.id,
        "step": row["error_step"],
        "code": row["error_code"],
        "message": row["error_message"].removesuffix(hint or "").rstrip(),
        "hint": hint or CODES[row["error_code"]].hint,
    }
    connection.execute(statement("record/insert_issue"), issue)


def _finish(connection: Connection, account_id: int, run_id: int) -> None:
    connection.execute(statement("record/finish_run"), {"run_id": run_id})
    connection.execute(statement("record/release_lease"), {"account_id": account_id, "run_id": run_id})
