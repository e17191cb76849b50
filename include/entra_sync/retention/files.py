"""The files of an account that were kept long enough: by run and by day.

What stays however old it is: the snapshot that PeopleGoal shows (a question that is approved replays it), the newest
one (the next night begins from it), the newest complete one (numbers are held against it), all of a run that is open,
and the newest day. What a closed run left unsealed is
nobody's. A snapshot loses its manifest first: nobody takes the rest for whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.db import Connection, statement
from entra_sync.extract.base import last_complete
from entra_sync.extract.snapshot import MANIFEST
from entra_sync.store import Store, remove


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """``runs``: start and whether it is closed, by run; ``before``: files of runs that began earlier go."""

    runs: dict[int, dict[str, Any]]
    before: datetime
    always: frozenset[int]

    def is_over(self, run: int, folder: UPath) -> bool:
        """Whether all of the run's files in this folder go."""
        known = self.runs.get(run)
        if run in self.always or (known and not known["is_closed"]):
            return False
        began = known["started_at"] if known else _written(folder)
        return began is not None and began < self.before

    def is_closed(self, run: int) -> bool:
        return bool(run in self.runs and self.runs[run]["is_closed"])


def sweep_files(
    connection: Connection, account_id: int, store: Store, account: AccountConfig, *, now: datetime
) -> dict[str, int]:
    """Folders that were deleted: snapshots, findings, days."""
    landing, checks = (dict(_runs(area(account.account))) for area in (store.landing_of, store.checks_of))
    key = {"account_id": account_id, "runs": sorted({*landing, *checks})}
    runs = {row["id"]: row for row in connection.execute(statement("retention/runs_of_files"), key)}
    shown = connection.execute(statement("retention/shown"), key).fetchone()
    connection.commit()
    sealed = {run for run, folder in landing.items() if (folder / MANIFEST).exists()}
    whole = last_complete(store.landing_of(account.account))
    always = {max(sealed, default=0), whole.manifest.run_id if whole else 0}
    if shown:
        always |= {shown["run_id"]} | {run for run in sealed if str(landing[run]) == shown["snapshot_uri"]}
    days = account.retention.snapshots_days
    kept = _Kept(runs=runs, before=now - timedelta(days=days), always=frozenset(always))
    first = now.astimezone(ZoneInfo(account.timezone)).date() - timedelta(days=days)
    return {
        "snapshots": sum(_snapshot(kept, run, folder, run in sealed) for run, folder in landing.items()),
        "findings": sum(_gone(folder) for run, folder in checks.items() if kept.is_over(run, folder)),
        "days": _days(store.curated_of(account.account), first, shown["day"] if shown else None),
    }


def _runs(area: UPath) -> Iterator[tuple[int, UPath]]:
    if area.is_dir():
        yield from ((int(folder.name), folder) for folder in area.iterdir() if folder.name.isdigit())


def _snapshot(kept: _Kept, run: int, folder: UPath, sealed: bool) -> int:
    if sealed and kept.is_over(run, folder):
        return _gone(folder, first=MANIFEST)
    # Unsealed, it is the rest of a reading that broke off, or of a deletion that did.
    return _gone(folder) if not sealed and (kept.is_closed(run) or kept.is_over(run, folder)) else 0


def _days(area: UPath, first: date, shown: date | None) -> int:
    """Days before ``first``, but for the newest one and the one that PeopleGoal shows."""
    folders = {folder.name: folder for folder in area.iterdir()} if area.is_dir() else {}
    days = sorted(name for name in folders if _is_day(name))
    return sum(_gone(folders[name]) for name in days[:-1] if name < str(first) and name != str(shown))


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _gone(folder: UPath, *, first: str | None = None) -> int:
    remove(folder, first=first)
    return 1


def _written(folder: UPath) -> datetime | None:
    """When the newest file was written, of a run that the database does not know; None where the store does not say."""
    times = [file.stat().st_mtime for file in folder.iterdir() if file.is_file()]
    newest = max(times, default=0.0)
    return datetime.fromtimestamp(newest, UTC) if newest else None
