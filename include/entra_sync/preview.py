"""The plan that an account file would cause, against the last complete snapshot that is stored.

check -> transform -> stage -> plan, the functions that a run calls, and then everything is rolled back: no row is
written, nothing is left in the store, Graph is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from entra_sync import record
from entra_sync.config.account import AccountConfig
from entra_sync.config.readable import readable
from entra_sync.db import connect
from entra_sync.errors import EntraSyncError
from entra_sync.extract.base import last_complete
from entra_sync.extract.select import OWNERS
from entra_sync.extract.snapshot import Manifest, read_tables
from entra_sync.issues import COLUMNS
from entra_sync.load import Curated, SnapshotRef
from entra_sync.load.preview import Preview, Row, preview_plan
from entra_sync.scope import decide
from entra_sync.store import Store
from entra_sync.transform import CuratedTables, build
from entra_sync.validate import check, rejections


@dataclass(frozen=True, kw_only=True)
class AccountPreview:
    """``run_id`` read the snapshot at ``as_of`` (UTC). ``left_out``: field -> attributes that the snapshot lacks.

    ``blocked``: sentences of the checks that would stop the run; then there is no plan. ``issues``: columns of
    sync.issue, those of the plan included.
    """

    account: str
    run_id: int
    as_of: datetime
    left_out: dict[str, list[str]]
    blocked: list[str]
    issues: list[Row]
    plan: Preview | None


def preview_account(url: str, store: Store, account: AccountConfig) -> AccountPreview:
    """Preview an account file. Raises EntraSyncError when no complete snapshot is kept, or the account is unknown."""
    uri, manifest = _last_complete(store, account)
    tables = read_tables(uri, manifest)
    account, left_out = readable(
        account, tables.users.column_names, owners=OWNERS in tables.groups.column_names, managers=manifest.managers
    )
    with connect(url) as connection:
        history = record.history_of_checks(connection, account.account, nights=account.checks.nights())
    checked = check(tables, account, complete=manifest.complete, as_of=manifest.as_of, history=history)
    plan = None
    if not checked.blocked:
        decisions = decide(tables.users, tables.groups, tables.memberships, account)
        curated = build(tables, account, rejections(checked.issues), decisions)
        plan = preview_plan(
            url,
            account=account,
            curated=loadable(curated, pa.concat_tables([checked.issues, curated.issues])),
            snapshot=SnapshotRef.of(uri, manifest),
        )
    return AccountPreview(
        account=account.account,
        run_id=manifest.run_id,
        as_of=manifest.as_of,
        left_out=left_out,
        blocked=list(checked.blocked),
        issues=plan.issues if plan else checked.issues.select(list(COLUMNS)).to_pylist(),
        plan=plan,
    )


def loadable(tables: CuratedTables, issues: pa.Table) -> Curated:
    """The input of load, as a run would read it from the store; ``issues``: all that was found before."""
    return Curated(
        profile=tables.profile,
        team=tables.team,
        team_member=tables.team_member,
        person=tables.person,
        issues=issues,
    )


def _last_complete(store: Store, account: AccountConfig) -> tuple[str, Manifest]:
    found = last_complete(store.landing_of(account.account))
    if found is not None:
        return found.uri, found.manifest
    raise EntraSyncError(
        f"No complete snapshot of the account {account.account} is kept in {store.root}.",
        hint=f"Run a sync first: make sync ACCOUNT={account.account}.",
    )
