"""What a load would do: the same plan, made in one transaction that is rolled back.

The plan lives in temporary tables; no row of PeopleGoal or of the sync's own record is written, and no lease is held.
One view of the database (repeatable read) answers all of it, so that a preview may run beside a sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import IsolationLevel

from entra_sync.config.account import AccountConfig
from entra_sync.db import connect, statement
from entra_sync.errors import EntraSyncError
from entra_sync.load.model import Curated, SnapshotRef
from entra_sync.load.plan import Plan, make_plan
from entra_sync.load.stage import stage
from entra_sync.record.runs import Run

# No run has this id: identities begin at 1.
NO_RUN = 0

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A plan. changes: columns of sync.change without run_id, status as in a dry run; issues: those of sync.issue.

    Newcomers and new teams have no ``user_id`` and ``team_id`` yet. plan: what stands above the rows, and what the
    account's limits would hold.
    """

    plan: Plan
    changes: list[Row]
    issues: list[Row]


def preview_plan(url: str, *, account: AccountConfig, curated: Curated, snapshot: SnapshotRef) -> Preview:
    """Plan these tables against PeopleGoal as it is now. Raises EntraSyncError when it does not know the account."""
    with connect(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            found = connection.execute(statement("record/find_account"), {"slug": account.account}).fetchone()
            if found is None:
                raise EntraSyncError(
                    f"PeopleGoal has no account {account.account} yet.", hint="Run a sync of it first."
                )
            run = _run(found["id"], account, snapshot)
            stage(connection, run, account, curated, snapshot)
            plan = make_plan(connection, run, account, complete=snapshot.complete, asks=False)
            connection.execute(statement("load/plan_changes"))
            return Preview(
                plan=plan,
                changes=connection.execute(statement("load/preview_changes")).fetchall(),
                issues=connection.execute(statement("load/preview_issues")).fetchall(),
            )
        finally:
            connection.rollback()


def _run(account_id: int, account: AccountConfig, snapshot: SnapshotRef) -> Run:
    """The dry run that this would be."""
    return Run(
        id=NO_RUN,
        account_id=account_id,
        account=account.account,
        dag_id=account.dag_id,
        dag_run_id="preview",
        attempt=0,
        run_type="manual",
        mode=snapshot.mode,
        dry_run=True,
        status="running",
        snapshot_uri=snapshot.uri,
        day=None,
        started_at=snapshot.as_of,
        finished_at=None,
    )
