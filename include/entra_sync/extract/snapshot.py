"""A snapshot: three Parquet files and a manifest, written last. Without a manifest there is no snapshot.

The manifest carries the completeness certificate: per collection the pages and rows read, the tenant's own ``$count``
and whether every chain ended. A certificate that does not hold makes the snapshot ``complete: false``: it may update
people, it may never make anyone leave (docs/rules.md, 1).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from entra_sync.errors import SnapshotError
from entra_sync.extract.tables import SnapshotTables
from entra_sync.store import COMPRESSION, Sealed, path_of, whole_file

VERSION = 2
MANIFEST = "manifest.json"
ROWS_PER_GROUP = 100_000


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """How much of one collection was read, and whether it is all of it.

    ``counted``: the tenant's own number, None when it gives none. ``before``: rows of the snapshot before.
    ``confirmed``: objects that PeopleGoal has, that were not listed, and that answered 404 when asked for. ``missed``:
    those that were there after all, and were taken in. ``why``: what does not hold, in words; None when all holds.
    """

    pages: int
    rows: int
    counted: int | None
    ended: bool
    holds: bool
    before: int | None = None
    confirmed: int = 0
    missed: int = 0
    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What a full reading found otherwise than the chain of incremental ones, although no delta told of it."""

    users: list[str]
    groups: list[str]
    memberships: int

    def __bool__(self) -> bool:
        return bool(self.users or self.groups or self.memberships)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What is in a snapshot, and whether it is the whole tenant.

    ``mode``: full or incremental, ``reason``: why. ``full_as_of``: when everything was listed last. ``base``: the run
    whose snapshot the changes were applied to. ``recheck``: ids whose state was unclear, to be read again next time.
    ``seconds``: by part. ``drift``: None where there was nothing to compare with. ``managers``: whether they were asked
    for; where not, nobody's is known. ``owned``: hash of what chose the groups whose owners were read.
    """

    account: str
    run_id: int
    as_of: datetime
    mode: str
    reason: str
    full_as_of: datetime
    complete: bool
    counts: dict[str, int]
    certificate: dict[str, Certificate]
    config_fingerprint: str
    select: list[str]
    files: dict[str, dict[str, Any]]
    traffic: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    plan: str | None = None
    base: int | None = None
    recheck: dict[str, list[str]] = field(default_factory=dict)
    drift: Drift | None = None
    managers: bool = True
    owned: str | None = None
    # Tokens of the change feed; they hold no person's data, and open nothing without the application's sign-in.
    delta_links: dict[str, str] = field(default_factory=dict, repr=False)
    version: int = VERSION


class TableWriter:
    """Streams batches into one Parquet file; rows are gathered into row groups of a useful size."""

    def __init__(self, path: UPath, schema: pa.Schema) -> None:
        self.name = path.name
        self.schema = schema
        self._path = path
        self._open()

    def _open(self) -> None:
        self.rows = 0
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._file = Sealed(self._path)
        self._parquet = pq.ParquetWriter(pa.PythonFile(self._file, mode="w"), self.schema, compression=COMPRESSION)

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._flush()
        self._parquet.close()
        self._file.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Take one batch."""
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self.rows += batch.num_rows
        if self._waiting_rows >= ROWS_PER_GROUP:
            self._flush()

    def begin_again(self) -> None:
        """Throw away what was written."""
        self._parquet.close()
        self._file.close()
        self._open()

    def _flush(self) -> None:
        if self._waiting:
            self._parquet.write_table(pa.Table.from_batches(self._waiting, schema=self.schema))
        self._waiting, self._waiting_rows = [], 0

    def seal(self) -> dict[str, Any]:
        """Facts of the closed file for the manifest."""
        return {"sha256": self._file.sha256, "size_bytes": self._file.size_bytes, "rows": self.rows}


def write_manifest(folder: UPath, manifest: Manifest) -> str:
    """Seal a snapshot; gives its URI (the folder)."""
    with whole_file(folder / MANIFEST) as file:
        file.write(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
    return str(folder)


def read_manifest(uri: str) -> Manifest:
    """Read a snapshot's manifest. Raises SnapshotError when there is none or when it is of another version."""
    path = path_of(uri) / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SnapshotError(
            f"There is no sealed snapshot at {uri}.", hint="Run extract again; it may have been removed by retention."
        ) from None
    except ValueError:
        raise SnapshotError(f"The manifest of the snapshot {uri} is damaged.", hint="Run extract again.") from None
    if data.get("version") != VERSION:
        raise SnapshotError(f"The snapshot {uri} has version {data.get('version')}, expected {VERSION}.")
    for name in ("as_of", "full_as_of"):
        data[name] = datetime.fromisoformat(data[name])
    data["drift"] = data["drift"] and Drift(**data["drift"])
    data["certificate"] = {name: Certificate(**part) for name, part in data["certificate"].items()}
    return Manifest(**data)


def read_tables(uri: str, manifest: Manifest) -> SnapshotTables:
    """Read the three tables, each held against its sha256. Raises SnapshotError when one is missing or changed."""
    return read_files(uri, manifest.files)


def read_files(uri: str, files: dict[str, dict[str, Any]]) -> SnapshotTables:
    """The same by the facts of the files alone, as a manifest holds them."""
    return SnapshotTables(
        users=read_file(uri, "users.parquet", files),
        groups=read_file(uri, "groups.parquet", files),
        memberships=read_file(uri, "memberships.parquet", files),
    )


def read_file(uri: str, name: str, files: dict[str, dict[str, Any]]) -> pa.Table:
    """One of them. While an erasure replaces it, the manifest has the hash of the file before as well (``was``)."""
    path = path_of(uri) / name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SnapshotError(f"The snapshot {uri} lacks {name}.", hint="Run extract again.") from None
    facts = files[name]
    if hashlib.sha256(content).hexdigest() not in (facts["sha256"], facts.get("was")):
        raise SnapshotError(f"{name} of the snapshot {uri} was changed after it was sealed.", hint="Run extract again.")
    return pq.read_table(pa.BufferReader(content))
