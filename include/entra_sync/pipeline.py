"""The verbs of one run, as Airflow's tasks and the command line call them: references in, references out.

A step refers to its run by account and ``dag_run_id``; the newest row of ``sync.run`` with both is the run. People's
data stays in the store and in the database; a step returns ids, URIs, counts. Each step renews the account's lease
while it works and leaves its error on the run's row when it fails.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from upath import UPath

from entra_sync import record
from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import EntraConnection
from entra_sync.config.readable import readable
from entra_sync.config.stored import from_json, to_json
from entra_sync.db import connect
from entra_sync.decisions import decisions
from entra_sync.errors import SnapshotError, SnapshotOfAnother, ValidationBlocked
from entra_sync.extract.base import sealed_runs
from entra_sync.extract.select import OWNERS
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant
from entra_sync.replay import of_day, shown_now
from entra_sync.store import ACCOUNT, ISSUES, Store, path_of, read_table, whole_file, write_table

log = logging.getLogger("entra_sync")

# At most, between a worker and the database. Sign-in allows no more: docs/azure-setup.md.
CLOCKS_DIFFER = timedelta(minutes=5)
LOADED = ("profile", "team", "team_member", "person", "issues")
CURATED = (*LOADED, "org_chart")
# Note in the schema of the day's tables: a day's folder is every run's of that day.
MADE_OF = b"entra_sync.made_of"


@dataclass(frozen=True, kw_only=True)
class RunRef:
    """Which run, of which account, on which database and store."""

    account: AccountConfig
    dag_run_id: str
    database_url: str
    store: Store


def open_run(ref: RunRef, *, dag_id: str, run_type: str, mode: str, dry_run: bool, day: date | None = None) -> int:
    """Open the run's row and take the account's lease, waiting for a run that holds it. Gives the run id.

    ``day``: of the curated tables, in the account's time zone; today unless given.
    """
    with connect(ref.database_url) as connection:
        run = record.open_run(
            connection,
            account=ref.account.account,
            name=ref.account.name,
            dag_id=dag_id,
            dag_run_id=ref.dag_run_id,
            run_type=run_type,
            mode=mode,
            dry_run=dry_run,
            day=day or datetime.now(ZoneInfo(ref.account.timezone)).date(),
        )
    log.info("step=open run=%s account=%s attempt=%s dry_run=%s", run.id, ref.account.account, run.attempt, dry_run)
    return run.id


def extract(ref: RunRef, sign_in: Callable[[], EntraConnection], *, mode: str = "auto", day: date | None = None) -> str:
    """Read the tenant into a sealed snapshot; ``mode`` is auto, full, incremental or replay.

    ``replay`` reads nothing of Graph: it takes the stored snapshot of ``day``, or the one that is shown now. Gives the
    snapshot's URI; a run that was sealed already keeps its snapshot.
    """
    with _step(ref, "extract") as (run, facts):
        if mode == "replay":
            with connect(ref.database_url) as connection:
                zone = ref.account.timezone
                stored = of_day(connection, run, zone, day) if day else shown_now(connection, run, zone)
                reason = f"run {stored.manifest.run_id} of {stored.day}"
                record.note_reading(connection, run, mode=mode, reason=reason, snapshot_uri=stored.uri, day=stored.day)
            facts |= {"mode": mode, "snapshot_of_run": stored.manifest.run_id, "day": stored.day}
            return stored.uri
        folder = ref.store.landing(ref.account.account, run.id)
        manifest = _sealed(folder, run)
        if manifest is None:
            with connect(ref.database_url) as connection:
                known = record.known(connection, run)

            def decided(chosen: str, reason: str) -> None:
                log.info("step=extract run=%s mode=%s reason=%r", run.id, chosen, reason)
                with connect(ref.database_url) as connection:
                    record.note_reading(connection, run, mode=chosen, reason=reason)

            manifest = extract_tenant(
                sign_in(), ref.account, folder, run_id=run.id, mode=mode, known=known, decided=decided
            )
        with connect(ref.database_url) as connection:
            record.note_reading(
                connection,
                run,
                mode=manifest.mode,
                reason=manifest.reason,
                traffic=manifest.traffic,
                snapshot_uri=str(folder),
            )
        facts |= manifest.counts | manifest.traffic | {"mode": manifest.mode, "complete": manifest.complete}
    return str(folder)


def validate(ref: RunRef, snapshot_uri: str) -> str:
    """Check the snapshot and keep what was found. Gives the URI of the findings.

    Raises ValidationBlocked when the set as a whole must not be loaded; the findings are kept first.
    """
    from entra_sync.validate import check, reading_issues
    from entra_sync.validate.kept import keep_results

    with _step(ref, "validate") as (run, facts):
        manifest = read_manifest(snapshot_uri)
        _same_account(ref, manifest)
        tables = read_tables(snapshot_uri, manifest)
        account = ref.account
        if run.mode == "replay":
            # An attribute that was not read then clears nothing now.
            account, left_out = readable(
                account,
                tables.users.column_names,
                owners=OWNERS in tables.groups.column_names,
                managers=manifest.managers,
            )
            facts |= {"left_out": ",".join(left_out)} if left_out else {}
        folder = ref.store.checks(account.account, run.id)
        with whole_file(folder / ACCOUNT) as file:
            file.write(to_json(account).encode())
        with connect(ref.database_url) as connection:
            nights = account.checks.nights()
            history = record.history_of_checks(connection, account.account, nights=nights, before=run.id)
        checked = check(
            tables,
            account,
            complete=manifest.complete,
            as_of=manifest.as_of,
            history=history,
            reading=reading_issues(manifest),
        )
        write_table(folder / ISSUES, checked.issues)
        keep_results(
            folder,
            checked.results,
            heading=f"{ref.account.name}: checks of run {run.id}, {manifest.as_of:%Y-%m-%d %H:%M} UTC",
        )
        with connect(ref.database_url) as connection:
            record.note_checks(connection, run, uri=str(folder), results=checked.results, measures=checked.measures)
        failed = sum(not result.ok for result in checked.results)
        facts |= {"checks": len(checked.results), "failed": failed}
        facts |= {"issues": checked.issues.num_rows, "rejected": len(checked.rejected)}
        if checked.blocked:
            raise ValidationBlocked(
                f"The snapshot must not be loaded: {' '.join(checked.blocked)}",
                hint="Nothing was changed. Mend it in Entra, or the account's scope and mapping, and run again.",
            )
    return str(folder)


def transform(ref: RunRef, snapshot_uri: str, checks_uri: str) -> str:
    """Make the PeopleGoal tables of the run's day; running a day again replaces them. Gives the URI of the folder."""
    from entra_sync.headcount import marked
    from entra_sync.scope import decide
    from entra_sync.transform import build
    from entra_sync.validate import rejections

    with _step(ref, "transform") as (run, facts):
        manifest = read_manifest(snapshot_uri)
        tables = read_tables(snapshot_uri, manifest)
        account = _configuration(ref, run, checks_uri)
        rejected = rejections(read_table(path_of(checks_uri) / ISSUES))
        decisions = decide(tables.users, tables.groups, tables.memberships, account)
        curated = build(tables, account, rejected, decisions)
        folder = ref.store.curated(ref.account.account, str(run.day))
        for name in CURATED:
            table: pa.Table = getattr(curated, name)
            if name == "person":
                table = marked(table, complete=manifest.complete)
            table = table.replace_schema_metadata(
                (table.schema.metadata or {}) | {MADE_OF: _made_of(manifest, account)}
            )
            write_table(folder / f"{name}.parquet", table)
            facts[name] = table.num_rows
    return str(folder)


def load(ref: RunRef, snapshot_uri: str, checks_uri: str, curated_uri: str) -> dict[str, Any]:
    """Apply the day's tables to the database in one transaction, together with the record of it. Gives the counts."""
    from entra_sync.headcount import recount
    from entra_sync.load import Curated, SnapshotRef, load_run

    with _step(ref, "load") as (run, facts):
        manifest = read_manifest(snapshot_uri)
        account = _configuration(ref, run, checks_uri)
        folder = path_of(curated_uri)
        tables = {name: read_table(folder / f"{name}.parquet") for name in LOADED}
        if {(table.schema.metadata or {}).get(MADE_OF) for table in tables.values()} != {_made_of(manifest, account)}:
            raise SnapshotError(
                f"The tables in {folder} are made of another snapshot, or with another account file.",
                hint="Another run of the day has made them since: clear transform as well, or run the account again.",
            )
        tables["issues"] = pa.concat_tables([read_table(path_of(checks_uri) / ISSUES), tables["issues"]])
        result = load_run(
            ref.database_url,
            run=run,
            account=account,
            curated=Curated(**tables),
            snapshot=SnapshotRef.of(snapshot_uri, manifest),
        )
        if not run.dry_run and run.day is not None:
            with connect(ref.database_url) as connection:
                recount(connection, run.account_id, ref.store.curated_of(ref.account.account), run.day)
        counts = asdict(result)
        facts |= counts
    return counts


def asked(ref: RunRef) -> list[int]:
    """The decisions that this run asks for, and nobody has answered yet: their ids."""
    with connect(ref.database_url) as connection:
        run = record.current_run(connection, ref.account.account, ref.dag_run_id)
        found = decisions(connection, account=ref.account.account, run_id=run.id, waiting=True)
    return [one.id for one in found if one.run_id == run.id]


def applied(ref: RunRef) -> dict[str, Any] | None:
    """What this run brought to PeopleGoal: run, day, as_of, status and counts; None when it moved nothing forward."""
    with connect(ref.database_url) as connection:
        row = record.run_summary(connection, ref.account.account, ref.dag_run_id)
    if row["dry_run"] or row["status"] == "stale":
        return None
    counts = {name: value for name, value in row.items() if name.startswith(("users_", "teams_", "members_"))}
    return {
        "run": row["id"],
        "day": str(row["day"]),
        "as_of": row["as_of"].isoformat(),
        "status": row["status"],
        **counts,
    }


def close_run(ref: RunRef, *, noted: pa.Table | None = None) -> str:
    """Close the run's row, whatever happened, and release the account. Gives the run's status.

    ``noted``: issues that were found beside the steps.
    """
    with connect(ref.database_url) as connection:
        run = record.current_run(connection, ref.account.account, ref.dag_run_id)
        found = ref.store.checks(ref.account.account, run.id) / ISSUES
        issues = read_table(found) if found.exists() else None
        closed = record.close_run(connection, ref.account.account, ref.dag_run_id, issues=issues, noted=noted)
    log.info("step=close run=%s account=%s status=%s", closed.id, ref.account.account, closed.status)
    return str(closed.status)


@contextmanager
def _step(ref: RunRef, name: str) -> Iterator[tuple[record.Run, dict[str, Any]]]:
    """Work on the run under its lease, and log one line with the step's counts."""
    started = time.monotonic()
    facts: dict[str, Any] = {}
    with connect(ref.database_url) as connection:
        run = record.ensure_open(connection, ref.account.account, ref.dag_run_id)
    with record.working(ref.database_url, run, step=name):
        yield run, facts
    counts = " ".join(f"{key}={value}" for key, value in facts.items())
    log.info(
        "step=%s run=%s account=%s seconds=%.2f %s",
        name,
        run.id,
        ref.account.account,
        time.monotonic() - started,
        counts,
    )


def _sealed(folder: UPath, run: record.Run) -> Manifest | None:
    """The manifest of a snapshot that an earlier try of this run finished: Graph is not read twice.

    Raises SnapshotOfAnother for one that was read before this run began: a restored database counts its runs anew.
    """
    try:
        manifest = read_manifest(str(folder))
    except SnapshotError:
        return None
    if manifest.as_of < run.started_at - CLOCKS_DIFFER:
        newest = next(sealed_runs(folder.parent))
        raise SnapshotOfAnother(
            f"{folder} is the snapshot of an earlier run {run.id}, read at {manifest.as_of:%Y-%m-%d %H:%M} UTC.",
            hint=f"The database is older than the store: give new runs numbers above {newest} (docs/operate.md).",
        )
    return manifest


def _made_of(manifest: Manifest, account: AccountConfig) -> bytes:
    """Which snapshot, and what of the account file decided about people."""
    return f"run {manifest.run_id} at {manifest.as_of.isoformat()} with {account.fingerprint()}".encode()


def _configuration(ref: RunRef, run: record.Run, checks_uri: str) -> AccountConfig:
    """The account file; of a replay as far as the snapshot allows, as validate kept it."""
    if run.mode != "replay":
        return ref.account
    return from_json((path_of(checks_uri) / ACCOUNT).read_text(encoding="utf-8"))


def _same_account(ref: RunRef, manifest: Manifest) -> None:
    if manifest.account != ref.account.account:
        raise SnapshotError(f"The snapshot is of the account {manifest.account!r}, not {ref.account.account!r}.")
