"""Where snapshots, findings and curated tables lie: folders under one root, local or on object storage.

    landing/<account>/<run_id>/    users, groups, memberships (.parquet), manifest.json: immutable once sealed
    checks/<account>/<run_id>/     what validate found (issues.parquet), every check (checks.json) and its page
                                   (data_docs/index.html), the configuration of the run (account.json)
    curated/<account>/<date>/      profile, team, team_member, person, issues, org_chart, counted (.parquet): rebuilt
                                   when a date runs again

The root is anything that fsspec opens (file, abfs, s3, gs). Files hold people's data: local ones are 0600. A URI never
holds a credential: those come from the environment, or from an Airflow connection by way of ``sign_in``.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

COMPRESSION: Literal["zstd"] = "zstd"
# Of the folder of a run's findings.
ISSUES, ACCOUNT = "issues.parquet", "account.json"

# Azure's library writes a page into the log for each request.
logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)

_OPTIONS: dict[str, dict[str, Any]] = {}


def sign_in(protocol: str, options: Mapping[str, Any]) -> None:
    """Open every path of ``protocol`` (abfs, s3, gs) in this process with these options of its fsspec file system."""
    _OPTIONS[protocol] = dict(options)


def path_of(uri: str) -> UPath:
    """A place in the store by URI or local path, as ``str`` of another path gave it."""
    protocol, is_uri, _ = uri.partition("://")
    if not is_uri:
        return UPath(Path(uri).absolute())
    # A kept listing of a folder would hide what other processes write.
    options = {"use_listings_cache": False, **_OPTIONS.get(protocol, {})} if protocol != "file" else {}
    path: UPath = UPath(uri, **options)
    return path


@dataclass(frozen=True)
class Store:
    """The three areas of one store."""

    root: UPath

    @classmethod
    def at(cls, uri: str) -> Store:
        """Open a store by URI or local path."""
        return cls(path_of(uri))

    def landing_of(self, account: str) -> UPath:
        """Folder of an account's snapshots, one folder per run."""
        return self.root / "landing" / account

    def landing(self, account: str, run_id: int) -> UPath:
        """Folder of the snapshot that a run reads."""
        return self.landing_of(account) / str(run_id)

    def checks_of(self, account: str) -> UPath:
        """Folder of what an account's runs found, one folder per run."""
        return self.root / "checks" / account

    def checks(self, account: str, run_id: int) -> UPath:
        """Folder of what a run found in the snapshot."""
        return self.checks_of(account) / str(run_id)

    def curated_of(self, account: str) -> UPath:
        """Folder of an account's PeopleGoal tables, one folder per day."""
        return self.root / "curated" / account

    def curated(self, account: str, date: str) -> UPath:
        """Folder of one day's PeopleGoal tables; ``date`` is ISO, in the account's time zone."""
        return self.curated_of(account) / date


class Sealed(io.RawIOBase):
    """A write-only file that counts and hashes what goes through it."""

    def __init__(self, path: UPath) -> None:
        self._file: IO[bytes] = open_private(path)
        self._local = path.protocol in ("", "file")
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self._hash.update(view)
        self._file.write(view)
        self.size_bytes += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self.size_bytes

    def close(self) -> None:
        if not self.closed:
            if self._local:
                # A power cut must not leave a manifest, which is written later, beside half of this.
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
        super().close()

    @property
    def sha256(self) -> str:
        """Hex digest of everything written."""
        return self._hash.hexdigest()


def open_private(path: UPath) -> IO[bytes]:
    """Open a file for writing, its folders made; local files and folders are for their owner alone."""
    if path.protocol in ("", "file"):
        # Path.mkdir gives the mode to the last folder only.
        os.makedirs(path.parent.path, mode=0o700, exist_ok=True)  # noqa: PTH103
        return os.fdopen(os.open(path.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


@contextmanager
def whole_file(path: UPath) -> Iterator[IO[bytes]]:
    """Write a file that is there whole or not at all: on a local disk by rename."""
    if path.protocol not in ("", "file"):
        with open_private(path) as file:
            yield file
        return
    part = path.with_name(f".{path.name}.part")
    with open_private(part) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    os.replace(part.path, path.path)


def write_table(path: UPath, table: pa.Table) -> None:
    """Write one Arrow table as Parquet, whole or not at all."""
    with whole_file(path) as file:
        pq.write_table(table, file, compression=COMPRESSION)


def read_table(path: UPath) -> pa.Table:
    """Read one Parquet file."""
    with path.open("rb") as file:
        return pq.read_table(file)


def remove(folder: UPath, *, first: str | None = None) -> None:
    """Delete a folder with all that is in it; the file ``first`` before the rest, so that nobody takes it for whole."""
    if first is not None:
        (folder / first).unlink(missing_ok=True)
    if folder.protocol in ("", "file"):
        shutil.rmtree(folder.path)
    else:
        folder.fs.rm(folder.path, recursive=True)
