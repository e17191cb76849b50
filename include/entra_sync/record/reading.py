"""What the history says: for the page, the command line and the summary at the end of a run."""

from __future__ import annotations

from typing import Any

from entra_sync.db import Connection, statement
from entra_sync.record.runs import current_run

Row = dict[str, Any]


def history(connection: Connection, account: str | None = None, limit: int = 20) -> list[Row]:
    """The newest runs first: the columns of sync.run, ``account`` (slug) and ``account_name``."""
    return connection.execute(statement("record/history"), {"account": account, "limit": limit}).fetchall()


def health(connection: Connection, account: str | None = None) -> list[Row]:
    """Of each account: ``account``, ``last_good_at`` (Unix time of its applied state, or null), ``decisions_open``."""
    return connection.execute(statement("record/health"), {"account": account}).fetchall()


def changes(connection: Connection, run_id: int) -> list[Row]:
    """The run's changes in their order: the columns of sync.change."""
    return connection.execute(statement("record/changes"), {"run_id": run_id}).fetchall()


def issues(connection: Connection, run_id: int) -> list[Row]:
    """The run's issues in their order: the columns of sync.issue."""
    return connection.execute(statement("record/issues"), {"run_id": run_id}).fetchall()


def run_summary(connection: Connection, account: str, dag_run_id: str) -> Row:
    """The newest attempt at a glance.

    The columns of sync.run, ``account``, ``account_name``; ``changes``: entity, action, status, count;
    ``issues``: severity, code, hint, count, labels (up to three); ``checks``: asked, failed;
    ``ready_to_invite``: users of the account who wait for an invitation now, ``ready_to_invite_new``: those that
    this run added. Raises EntraSyncError when there is no such run.
    """
    run = current_run(connection, account, dag_run_id)
    key = {"run_id": run.id, "account_id": run.account_id}
    (row,) = connection.execute(statement("record/run"), key).fetchall()
    (ready,) = connection.execute(statement("record/ready_to_invite"), key).fetchall()
    return {
        **row,
        "changes": connection.execute(statement("record/change_counts"), key).fetchall(),
        "issues": connection.execute(statement("record/issue_groups"), key).fetchall(),
        "checks": connection.execute(statement("record/check_counts"), key).fetchone(),
        "ready_to_invite": ready["total"],
        "ready_to_invite_new": ready["new"],
    }
