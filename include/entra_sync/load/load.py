"""One load: one transaction, under the account's lease."""

from __future__ import annotations

from typing import Any

from entra_sync.config.account import AccountConfig
from entra_sync.db import Connection, connect, statement
from entra_sync.load.model import Curated, LoadResult, SnapshotRef
from entra_sync.load.plan import Plan, apply_plan, make_plan
from entra_sync.load.stage import stage
from entra_sync.record.lease import hold_lease
from entra_sync.record.runs import Run, insert_issues


def load_run(url: str, *, run: Run, account: AccountConfig, curated: Curated, snapshot: SnapshotRef) -> LoadResult:
    """Bring the account to the day's tables and record how; a run that did so already gives its result again.

    What is over a limit of the account is held, and all else applied. A dry run records the plan and what would be
    held, asks nobody and changes nobody. Raises LeaseLost when another run took the account over.
    """
    with connect(url) as connection:
        hold_lease(connection, run)
        (row,) = connection.execute(statement("load/read_run"), _key(run)).fetchall()
        if row["status"] != "running":
            return LoadResult.of(row)
        if _is_stale(connection, run, snapshot):
            insert_issues(connection, run.id, curated.issues)
            return _record(connection, run, snapshot, "stale")
        stage(connection, run, account, curated, snapshot)
        plan = make_plan(connection, run, account, complete=snapshot.complete, asks=not run.dry_run)
        if not run.dry_run:
            apply_plan(connection)
            values = {"as_of": snapshot.as_of, "snapshot_uri": snapshot.uri}
            fingerprint = {"config_fingerprint": snapshot.config_fingerprint}
            connection.execute(statement("load/move_state"), {**_key(run), **values, **fingerprint})
        # Behind apply: only then do new people and teams have the ids that their changes name.
        connection.execute(statement("load/plan_changes"))
        connection.execute(statement("load/record_changes"))
        connection.execute(statement("record/insert_issues"), _key(run))
        connection.execute(statement("load/record_unchanged"), _key(run))
        result = _record(connection, run, snapshot, _status(connection, run, plan))
        hold_lease(connection, run)
    return result


def _key(run: Run) -> dict[str, Any]:
    return {"account_id": run.account_id, "run_id": run.id}


def _is_stale(connection: Connection, run: Run, snapshot: SnapshotRef) -> bool:
    state = connection.execute(statement("load/read_state"), _key(run)).fetchone()
    return state is not None and snapshot.as_of < state["applied_as_of"]


def _status(connection: Connection, run: Run, plan: Plan) -> str:
    """``held`` while a question is open; ``partial`` if anything was withheld or rejected, or absence did not count."""
    (kinds,) = connection.execute(statement("load/change_kinds"), _key(run)).fetchall()
    if any(held.is_open for held in plan.held):
        return "held"
    if kinds["withheld"] or plan.is_empty or plan.no_groups or not plan.complete:
        return "partial"
    return "success" if kinds["done"] else "no_changes"


def _record(connection: Connection, run: Run, snapshot: SnapshotRef, status: str) -> LoadResult:
    values = {
        "run_id": run.id,
        "status": status,
        "mode": run.mode if run.mode == "replay" else snapshot.mode,
        "as_of": snapshot.as_of,
        "snapshot_uri": snapshot.uri,
        "users": snapshot.users,
    }
    (row,) = connection.execute(statement("load/record_result"), values).fetchall()
    return LoadResult.of(row)
