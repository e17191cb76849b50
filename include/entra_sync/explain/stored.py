"""A night as it is kept: the run's row, its snapshot, the configuration that it used, and what it found.

Graph is not asked. A run whose snapshot was removed by retention, or that failed before it was sealed, has no night.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError
from upath import UPath

from entra_sync.checks import CheckResult
from entra_sync.config.account import AccountConfig
from entra_sync.config.readable import readable
from entra_sync.config.stored import from_json
from entra_sync.db import Connection, statement
from entra_sync.errors import EntraSyncError
from entra_sync.extract.base import sealed_runs
from entra_sync.extract.select import OWNERS, wants_managers
from entra_sync.extract.snapshot import MANIFEST, Manifest, read_manifest, read_tables
from entra_sync.extract.tables import SnapshotTables
from entra_sync.mapping.rows import usable
from entra_sync.org_chart import org_chart
from entra_sync.scope import decide, with_rejected
from entra_sync.store import ACCOUNT, ISSUES, Store, path_of, read_table
from entra_sync.transform import CuratedTables, build
from entra_sync.validate import rejections
from entra_sync.validate.kept import read_results

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Object ids: person -> manager taken, manager -> number of reports, person -> rows of links dropped."""

    manager_of: dict[str, str]
    reports: Counter[str]
    dropped: dict[str, list[dict[Any, Any]]]


@dataclass(frozen=True, kw_only=True)
class Night:
    """``run``: columns of sync.run; ``own_file``: the configuration is the run's own, not that of today's file.

    ``issues``: what validate found, None when it did not come that far; ``results``: the checks that it asked.
    ``left_out``: fields that need attributes which the snapshot lacks.
    """

    run: Row
    uri: str
    manifest: Manifest
    tables: SnapshotTables
    account: AccountConfig
    own_file: bool
    issues: pa.Table | None
    results: list[CheckResult]
    left_out: dict[str, list[str]]

    @cached_property
    def users(self) -> pa.Table:
        """The users with a usable id, sorted by it."""
        return usable(self.tables.users)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Scope's word on each of them."""
        return decide(self.users, self.tables.groups, self.tables.memberships, self.account)

    @cached_property
    def rejected(self) -> dict[str, str]:
        """Object id -> code of the first error."""
        return {} if self.issues is None else rejections(self.issues)

    @cached_property
    def chart(self) -> Chart | None:
        """Who reports to whom; None when the account reads no managers."""
        if not wants_managers(self.account):
            return None
        states = with_rejected(self.decisions, self.rejected.keys())
        drawn = org_chart(self.users, states, fallback=self.account.chart_fallback)
        links = zip(drawn.links["entra_id"].tolist(), drawn.links["manager_id"].tolist(), strict=True)
        manager_of = dict(links)
        dropped: dict[str, list[dict[Any, Any]]] = {}
        for row in drawn.dropped.to_dict("records"):
            dropped.setdefault(row["entra_id"], []).append(row)
        return Chart(
            manager_of=manager_of,
            reports=Counter(manager_of.values()),
            dropped=dropped,
        )

    @cached_property
    def people(self) -> dict[str, tuple[str | None, str]]:
        """Object id -> name and state of everybody."""
        columns = (self.curated.person[name].to_pylist() for name in ("entra_id", "label", "state"))
        return {entra_id: (label, state) for entra_id, label, state in zip(*columns, strict=True)}

    @cached_property
    def curated(self) -> CuratedTables:
        """The tables of that day, made again: transform is pure."""
        return build(self.tables, self.account, self.rejected, self.decisions)


def open_night(connection: Connection, store: Store, account: AccountConfig, run_id: int | None) -> Night:
    """The night of a run, or the newest of the account that is kept. Raises EntraSyncError when there is none."""
    landing = store.landing_of(account.account)
    if run_id is None:
        run_id = next(sealed_runs(landing), None)
        if run_id is None:
            raise EntraSyncError(
                f"No snapshot of the account {account.account} is kept in {store.root}.",
                hint=f"Run a sync first: make sync ACCOUNT={account.account}.",
            )
        run_id = _loaded_last(connection, account, landing / str(run_id)) or run_id
    run = _run(connection, account, run_id)
    folder = path_of(run["snapshot_uri"]) if run["mode"] == "replay" and run["snapshot_uri"] else landing / str(run_id)
    if not (folder / MANIFEST).exists():
        raise EntraSyncError(
            _no_snapshot(run), hint="entra-sync history lists the runs; without --run it is the newest."
        )
    manifest = read_manifest(str(folder))
    checks = store.checks(account.account, run_id)
    kept = _account(checks)
    tables = read_tables(str(folder), manifest)
    readable_account, left_out = readable(
        kept or account,
        tables.users.column_names,
        owners=OWNERS in tables.groups.column_names,
        managers=manifest.managers,
    )
    return Night(
        run=run,
        uri=str(folder),
        manifest=manifest,
        tables=tables,
        account=readable_account,
        own_file=kept is not None,
        issues=read_table(checks / ISSUES) if (checks / ISSUES).exists() else None,
        results=read_results(checks),
        left_out=left_out,
    )


def _loaded_last(connection: Connection, account: AccountConfig, folder: UPath) -> int | None:
    """The last run with this snapshot: a replay is newer than the run that read it."""
    key = {"account": account.account, "snapshot_uri": str(folder)}
    (row,) = connection.execute(statement("explain/newest_of_snapshot"), key).fetchall()
    newest: int | None = row["id"]
    return newest


def older_users(landing: UPath, before: int, *, at_most: int) -> Iterator[tuple[int, Manifest, pa.Table]]:
    """Run, manifest and users (``id, displayName, mail, userPrincipalName``) of earlier snapshots, newest first."""
    looked = 0
    for run_id in sealed_runs(landing):
        if run_id < before:
            folder = landing / str(run_id)
            with (folder / "users.parquet").open("rb") as file:
                users = pq.read_table(file, columns=["id", "displayName", "mail", "userPrincipalName"])
            yield run_id, read_manifest(str(folder)), users
            looked += 1
        if looked == at_most:
            return


def _run(connection: Connection, account: AccountConfig, run_id: int) -> Row:
    found = connection.execute(statement("record/run"), {"run_id": run_id}).fetchone()
    if found is None:
        raise EntraSyncError(f"There is no run {run_id}.", hint="entra-sync history lists the runs.")
    if found["account"] != account.account:
        raise EntraSyncError(
            f"Run {run_id} is of the account {found['account']}, not {account.account}.",
            hint=f"Add --account {found['account']}.",
        )
    return found


def _no_snapshot(run: Row) -> str:
    if run["error_step"] == "extract":
        return (
            f"Run {run['id']} failed while it read the directory, so there is nothing to explain: no snapshot is kept."
        )
    return f"The snapshot of run {run['id']} is not kept any more, or it was never finished."


def _account(checks: UPath) -> AccountConfig | None:
    """The configuration that the run used; None when it kept none, or one that this release cannot read."""
    try:
        return from_json((checks / ACCOUNT).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError, ValueError):
        return None
