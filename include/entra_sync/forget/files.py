"""Erase one person from an account's files: snapshots, findings, curated tables. Rows and counts stay.

A sealed snapshot is otherwise never changed. Its manifest first tells the hashes of both, the file as it is and as it
will be, so that a reader, or an erasure that broke off, finds a whole snapshot at any moment. A snapshot that cannot
be read is of no use to anybody, and is removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from entra_sync.errors import SnapshotError
from entra_sync.extract.forgotten import among, blanked
from entra_sync.extract.snapshot import MANIFEST, ROWS_PER_GROUP, Manifest, read_file, read_manifest, write_manifest
from entra_sync.extract.tables import pc
from entra_sync.store import ACCOUNT, COMPRESSION, ISSUES, Store, read_table, remove, whole_file, write_table

LABEL = "Forgotten person"
TEAM_NAME = f"{LABEL}'s team"
USERS = "users.parquet"

Change = Callable[[pa.Table], pa.Table]


def erase_files(store: Store, account: str, entra_id: str, addresses: Collection[str]) -> dict[str, int]:
    """Files written anew, by area: landing, checks, curated. Done again it finds nothing.

    ``addresses``: those that the database has of the person, in lower case; snapshots and curated days may have more.
    """
    landing, checks, curated = (
        list(_folders(area))
        for area in (store.landing_of(account), store.checks_of(account), store.curated_of(account))
    )
    for folder in (*landing, *checks, *curated):
        _remove_parts(folder)
    names = {entra_id.lower(), *addresses}
    names |= {name for folder in landing for name in _names_in_snapshot(folder, entra_id)}
    names |= {name for folder in curated for name in _names_in_day(folder, entra_id)}
    # The configurations first: while they are not done, the files that tell the addresses are as they were.
    configurations = sum(_configuration(folder / ACCOUNT, names) for folder in checks)
    return {
        "landing": sum(_snapshot(folder, entra_id) for folder in landing),
        "checks": configurations + sum(_findings(folder, entra_id) for folder in checks),
        "curated": sum(_day(folder, entra_id) for folder in curated),
    }


def _folders(area: UPath) -> Iterator[UPath]:
    if area.is_dir():
        yield from sorted((folder for folder in area.iterdir() if folder.is_dir()), key=lambda folder: folder.name)


def _remove_parts(folder: UPath) -> None:
    """What a write that was killed has left beside the file. No run works on the account: nobody goes on with it."""
    for file in folder.iterdir():
        if file.name.startswith(".") and file.name.endswith(".part"):
            file.unlink()


def _names_in_snapshot(folder: UPath, entra_id: str) -> set[str]:
    try:
        users = read_file(str(folder), USERS, read_manifest(str(folder)).files)
    except SnapshotError:
        return set()
    return _names(users, "id", entra_id, ("mail", "userPrincipalName"))


def _names_in_day(folder: UPath, entra_id: str) -> set[str]:
    """The address may be made of any attribute: a day has what became of it."""
    paths = [folder / f"{name}.parquet" for name in ("profile", "person")]
    found = (_names(read_table(path), "entra_id", entra_id, ("email",)) for path in paths if path.exists())
    return {name for names in found for name in names}


def _names(table: pa.Table, key: str, entra_id: str, columns: Collection[str]) -> set[str]:
    """What these columns have of the person, as ``guards.protected`` is compared: in lower case."""
    theirs = table.filter(pc.fill_null(among(table[key], [entra_id]), False))
    texts = (text for name in columns if name in table.column_names for text in theirs[name].to_pylist())
    return {str(text).strip().lower() for text in texts if text}


def _snapshot(folder: UPath, entra_id: str) -> int:
    """1 when the person was in it. No run works on the account: what is not sealed now never will be."""
    if not (folder / MANIFEST).exists():
        remove(folder)
        return 0
    try:
        manifest = read_manifest(str(folder))
        users = read_file(str(folder), USERS, manifest.files)
    except SnapshotError:
        remove(folder, first=MANIFEST)
        return 1
    erased = blanked(users, among(users["id"], [entra_id]))
    if _as_it_was(users, erased):
        return 0
    _replace(folder, manifest, erased)
    return 1


def _replace(folder: UPath, manifest: Manifest, users: pa.Table) -> None:
    path, content = folder / USERS, _parquet(users)
    facts: dict[str, Any] = {"sha256": _hash(content), "size_bytes": len(content), "rows": users.num_rows}
    both = facts | {"was": _hash(path.read_bytes())}
    write_manifest(folder, replace(manifest, files={**manifest.files, USERS: both}))
    with whole_file(path) as file:
        file.write(content)
    write_manifest(folder, replace(manifest, files={**manifest.files, USERS: facts}))


def _findings(folder: UPath, entra_id: str) -> int:
    return _table(folder / ISSUES, lambda issues: _unlabelled(issues, entra_id))


def _configuration(path: UPath, names: Collection[str]) -> int:
    """The configuration that a run kept may protect the person by name. It may be of a release with other keys."""
    if not path.exists():
        return 0
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    guards = kept.get("guards") or {}
    others = [one for one in guards.get("protected") or [] if one.strip().lower() not in names]
    if others == (guards.get("protected") or []):
        return 0
    guards["protected"] = others
    with whole_file(path) as file:
        file.write(json.dumps(kept, indent=2, ensure_ascii=False).encode())
    return 1


def _day(folder: UPath, entra_id: str) -> int:
    """One day's tables. Whom the day counted stays (counted.parquet: object id and department)."""

    def theirs(table: pa.Table) -> Any:
        return among(table["entra_id"], [entra_id])

    changes: dict[str, Change] = {
        "profile": lambda table: blanked(table, theirs(table), ("entra_id",)),
        "person": lambda table: blanked(table, theirs(table), ("entra_id", "state", "reason")),
        "team": lambda table: _renamed(table, pc.and_(theirs(table), pc.equal(table["kind"], "manager"))),
        "issues": lambda table: _unlabelled(table, entra_id),
    }
    return sum(_table(folder / f"{name}.parquet", change) for name, change in changes.items())


def _table(path: UPath, change: Change) -> int:
    """1 when the table was written anew."""
    if not path.exists():
        return 0
    table = read_table(path)
    changed = change(table)
    if _as_it_was(table, changed):
        return 0
    write_table(path, changed)
    return 1


def _unlabelled(issues: pa.Table, entra_id: str) -> pa.Table:
    named = pc.and_(among(issues["entra_id"], [entra_id]), pc.is_valid(issues["label"]))
    return _with(issues, "label", named, LABEL)


def _renamed(teams: pa.Table, rows: Any) -> pa.Table:
    return _with(blanked(teams, rows, [*set(teams.column_names) - {"description", "email"}]), "name", rows, TEAM_NAME)


def _with(table: pa.Table, column: str, rows: Any, value: str) -> pa.Table:
    place = table.column_names.index(column)
    chosen = pc.fill_null(rows, False)
    return table.set_column(place, table.schema.field(column), pc.if_else(chosen, value, table[column]))


def _as_it_was(before: pa.Table, after: pa.Table) -> bool:
    return after is before or bool(after.equals(before))


def _parquet(users: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(users, sink, compression=COMPRESSION, row_group_size=ROWS_PER_GROUP)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
