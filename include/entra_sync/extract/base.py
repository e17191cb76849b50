"""The snapshot before this one: found in the store, and held against what an incremental reading needs.

Any sealed snapshot is a possible base, whatever became of its run afterwards: it holds a whole tenant and the position
in the change feed that belongs to it (docs/rules.md, 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.errors import SnapshotError
from entra_sync.extract.select import wants_owners
from entra_sync.extract.snapshot import MANIFEST, Manifest, read_manifest, read_tables
from entra_sync.extract.tables import SnapshotTables

# Directory tokens are valid for seven days (docs/graph.md, 2); one day is left for nights that fail.
TOKEN_DAYS = 6


@dataclass(frozen=True)
class Base:
    """A sealed snapshot; its tables are read when they are needed."""

    uri: str
    manifest: Manifest

    @cached_property
    def tables(self) -> SnapshotTables:
        """Raises SnapshotError when a file is missing or damaged."""
        return read_tables(self.uri, self.manifest)


def newest_base(landing: UPath, run_id: int) -> Base | None:
    """The newest sealed snapshot of an earlier run, or None. Raises SnapshotError when it is damaged."""
    for earlier in sealed_runs(landing):
        if earlier < run_id:
            folder = str(landing / str(earlier))
            return Base(folder, read_manifest(folder))
    return None


def last_complete(landing: UPath | None, before: int | None = None) -> Base | None:
    """The newest snapshot that is the whole tenant; ``before``: of earlier runs than this one.

    Numbers are held against this one, however many nights since were incomplete or cannot be read any more: held
    against the night before, a list that is empty twice would pass (docs/rules.md, 1).
    """
    if landing is None:
        return None
    for run in sealed_runs(landing):
        if before is None or run < before:
            folder = str(landing / str(run))
            try:
                manifest = read_manifest(folder)
            except SnapshotError:
                continue
            if manifest.complete:
                return Base(folder, manifest)
    return None


def sealed_runs(landing: UPath) -> Iterator[int]:
    """Runs of an account whose snapshots are sealed, newest first."""
    if not landing.exists():
        return
    for run in sorted((int(folder.name) for folder in landing.iterdir() if folder.name.isdigit()), reverse=True):
        if (landing / str(run) / MANIFEST).exists():
            yield run


def find_base(landing: UPath | None, run_id: int) -> tuple[Base | None, str | None]:
    """The base, and what is wrong with it when it cannot be read."""
    try:
        return (newest_base(landing, run_id) if landing is not None else None), None
    except SnapshotError:
        return None, "previous_damaged"


def why_full(base: Base | None, account: AccountConfig, mode: str, now: datetime, *, synced_before: bool) -> str | None:
    """Why everything has to be listed; None when the changes since ``base`` are enough.

    ``mode``: auto, full (always everything) or incremental (the weekly listing is put off).
    """
    if mode == "full":
        return "asked"
    if base is None:
        return "previous_missing" if synced_before else "first_run"
    found = base.manifest
    if found.config_fingerprint != account.fingerprint():
        return "configuration_changed"
    if not found.complete:
        return "previous_incomplete"
    if wants_owners(account) and "owners" not in found.counts:
        return "owners_missing"
    if not {"users", "groups"} <= found.delta_links.keys():
        return "no_delta_link"
    if now - found.as_of > timedelta(days=TOKEN_DAYS):
        return "token_old"
    # A night begins some seconds earlier or later than the last one.
    due = found.full_as_of + timedelta(days=account.reading.full_every_days) - timedelta(hours=1)
    return "weekly" if mode != "incremental" and now >= due else None
