"""Take back what a run did: one transaction under the account's lease, itself a run of the history.

What the run recorded in sync.change is compared with the present values. A value that is as the run left it goes back;
one that somebody changed since stays, and is an issue. Nobody is deleted: a new user is deactivated, a new team
archived. sync.account_state stays as it is: the directory has not changed, so the next sync brings its state again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from entra_sync import record
from entra_sync.db import Connection, connect, statement
from entra_sync.errors import EntraSyncError
from entra_sync.issues import issue, issue_table
from entra_sync.load.model import LoadResult
from entra_sync.record.by_hand import open_by_hand
from entra_sync.record.lease import hold_lease
from entra_sync.record.runs import Run, insert_issues
from entra_sync.undo.model import Kept, UndoResult

log = logging.getLogger("entra_sync")

PLAN = ("lock_rows", "plan_references", "plan_values", "plan_users")
APPLY = ("apply_users", "apply_profiles", "apply_teams", "apply_members", "mark_reverted", "mark_restored")


def undo_run(
    url: str,
    run_id: int,
    *,
    account: str | None = None,
    dry_run: bool = False,
    wait_s: float = 600,
    poll_s: float = 2,
    waiting: Callable[[], None] = lambda: None,
) -> UndoResult:
    """Take run ``run_id`` back, or with ``dry_run`` only record what would go back.

    ``account``: the slug that the run must be of. A run that works on the account is waited for up to ``wait_s``
    seconds; ``waiting`` is called once before. Raises EntraSyncError for a run that cannot be taken back (unknown, of
    another account, running, a dry run, without names any more), AccountBusy when the account does not get free.
    """
    with connect(url) as connection:
        undone = _run_to_undo(connection, run_id, account)
        run = open_by_hand(
            connection,
            account=undone["account"],
            name=undone["account_name"],
            kind=f"undo__{run_id}",
            dry_run=dry_run,
            wait_s=wait_s,
            poll_s=poll_s,
            waiting=waiting,
        )
        connection.execute(statement("undo/note_run"), {"run_id": run.id, "undoes": run_id})
        connection.commit()
    try:
        with record.working(url, run, step="undo"):
            result = _undo(url, run, undone)
    finally:
        with connect(url) as connection:
            record.close_run(connection, run.account, run.dag_run_id, issues=None)
    status, kept = result.counters.status, len(result.kept)
    log.info("step=undo run=%s undoes=%s status=%s kept=%s dry_run=%s", run.id, run_id, status, kept, dry_run)
    return result


def _run_to_undo(connection: Connection, run_id: int, account: str | None) -> dict[str, Any]:
    found = connection.execute(statement("record/run"), {"run_id": run_id}).fetchone()
    if found is None:
        raise EntraSyncError(f"There is no run {run_id}.", hint="entra-sync history lists the runs.")
    if account not in (None, found["account"]):
        raise EntraSyncError(
            f"Run {run_id} is of the account {found['account']}, not of {account}.",
            hint="entra-sync history lists the runs of one account with --account.",
        )
    if found["status"] == "running":
        raise EntraSyncError(
            f"Run {run_id} is still running: nothing of it is applied yet.",
            hint="Undo it when it has ended; if its process was killed, there is nothing to undo.",
        )
    if found["dry_run"]:
        raise EntraSyncError(
            f"Run {run_id} was a dry run: it changed nobody.",
            hint="entra-sync history lists the runs.",
        )
    if found["swept_at"]:
        raise EntraSyncError(
            f"What run {run_id} did to whom is not kept any more.",
            hint="retention.changes_days of the account file says how long it is; the account's next sync has today's.",
        )
    return found


def _undo(url: str, run: Run, undone: dict[str, Any]) -> UndoResult:
    with connect(url) as connection:
        hold_lease(connection, run)
        connection.execute(statement("undo/stage"))
        settings = {"account_id": run.account_id, "run_id": run.id, "undoes": undone["id"], "dry_run": run.dry_run}
        connection.execute(statement("undo/settings"), settings)
        for name in PLAN:
            connection.execute(statement(f"undo/{name}"))
        while connection.execute(statement("undo/hold_addresses")).fetchone():
            pass
        connection.execute(statement("undo/settle"))
        if not run.dry_run:
            for name in APPLY:
                connection.execute(statement(f"undo/{name}"))
        connection.execute(statement("undo/record_changes"))
        kept = tuple(Kept.of(row, undone["id"]) for row in connection.execute(statement("undo/kept")))
        insert_issues(connection, run.id, issue_table(issue(**asdict(one)) for one in kept))
        counters = _record(connection, run, bool(kept))
        hold_lease(connection, run)
    return UndoResult(account=run.account, undoes=undone["id"], dry_run=run.dry_run, counters=counters, kept=kept)


def _record(connection: Connection, run: Run, is_kept: bool) -> LoadResult:
    """``partial`` when anything stays that the run wrote."""
    (kinds,) = connection.execute(statement("load/change_kinds"), {"run_id": run.id}).fetchall()
    status = "partial" if is_kept else "success" if kinds["done"] else "no_changes"
    values = {"run_id": run.id, "status": status, "mode": run.mode, "as_of": None, "snapshot_uri": None, "users": 0}
    (row,) = connection.execute(statement("load/record_result"), values).fetchall()
    return LoadResult.of(row)
