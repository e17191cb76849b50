"""What an account's ``retention`` says, carried out.

Of a run that is old enough the changes, issues and checks are deleted: the names. Its row stays with its counters, and
says so (``sync.run.swept_at``). The run that PeopleGoal shows keeps all; so does one whose question waits. Nothing here
looks at the directory, and no person's row in PeopleGoal is touched.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from entra_sync.config.account import AccountConfig
from entra_sync.db import Connection, connect, statement
from entra_sync.retention.files import sweep_files
from entra_sync.store import Store

log = logging.getLogger("entra_sync")

# Runs of one transaction.
AT_ONCE = 50
TOLD = ("delete_notices", "delete_skipped")
NAMES = ("delete_changes", "delete_issues", "delete_checks")
# Sizes of nights tell of nobody, and the checks compare with the nights before, however short the history is kept.
MEASURES_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Swept:
    """Runs that have no names any more, rows deleted, and folders: snapshots, findings, days of curated tables."""

    runs: int = 0
    rows: int = 0
    snapshots: int = 0
    findings: int = 0
    days: int = 0


def sweep(url: str, store: Store, account: AccountConfig, *, now: datetime) -> Swept:
    """Delete what is older than the account's days; again it deletes nothing. An account that was never synced has
    nothing."""
    with connect(url) as connection:
        found = connection.execute(statement("record/find_account"), {"slug": account.account}).fetchone()
        if found is None:
            return Swept()
        runs, rows = _names(connection, found["id"], now - timedelta(days=account.retention.changes_days))
        measures = now - timedelta(days=max(account.retention.changes_days, MEASURES_DAYS))
        key = {"account_id": found["id"], "before": measures}
        rows += connection.execute(statement("retention/delete_measures"), key).rowcount
        connection.commit()
        files = sweep_files(connection, found["id"], store, account, now=now)
    swept = Swept(runs=runs, rows=rows, **files)
    counts = " ".join(f"{name}={number}" for name, number in asdict(swept).items())
    log.info("step=sweep account=%s %s", account.account, counts)
    return swept


def _names(connection: Connection, account_id: int, before: datetime) -> tuple[int, int]:
    """Runs and rows; some runs at a time, so that no transaction is long."""
    key = {"account_id": account_id, "before": before, "limit": AT_ONCE}
    rows = sum(connection.execute(statement(f"retention/{name}"), key).rowcount for name in TOLD)
    connection.commit()
    swept = 0
    while runs := [row["id"] for row in connection.execute(statement("retention/old_runs"), key)]:
        values = {"account_id": account_id, "runs": runs}
        rows += sum(connection.execute(statement(f"retention/{name}"), values).rowcount for name in NAMES)
        connection.execute(statement("retention/mark_swept"), values)
        connection.commit()
        swept += len(runs)
    return swept, rows
