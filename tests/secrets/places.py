"""Where a set-up keeps things, and what was found there: files, Parquet by column, tables by column, data files.

A place is a line such as ``store/landing/contoso/1/users.parquet: mail`` or ``airflow: public.xcom.value``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from entra_sync.local.postgres import Postgres
from tests.conftest import LocalSetup
from tests.secrets.searching import Search

Found = dict[str, set[str]]

TABLES = """
select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A place where values of a kind belong, and why."""

    where: str
    kind: str
    why: str

    def covers(self, place: str) -> bool:
        return re.fullmatch(self.where, place) is not None


def leaks(search: Search, found: Found, allowed: Iterable[Allowed] = ()) -> Found:
    """What was found where it does not belong."""
    left = {}
    for place, names in found.items():
        kinds = {one.kind for one in allowed if one.covers(place)}
        wrong = {name for name in names if search.kind(name) not in kinds}
        if wrong:
            left[place] = wrong
    return left


def needless(search: Search, found: Found, allowed: Iterable[Allowed]) -> list[Allowed]:
    """Allowances for places where nothing was: they would hide a leak one day."""
    return [
        one
        for one in allowed
        if not any(
            one.covers(place) and any(search.kind(name) == one.kind for name in names) for place, names in found.items()
        )
    ]


def in_files(search: Search, folder: Path, *, but: Path | None = None) -> Found:
    """Every file below a folder, its own name too; Parquet by column. ``but`` is left out."""
    found: Found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or (but is not None and path.is_relative_to(but)):
            continue
        place = str(path.relative_to(folder))
        found[place] = search.within(place.encode())
        data = path.read_bytes()
        if data[:4] == b"PAR1":
            found |= {f"{place}: {column}": names for column, names in search.columns(data).items()}
        else:
            found[place] |= search.within(data)
    return found


def in_database(search: Search, server: Postgres, database: str) -> Found:
    """Every column of every table of a database, also those of large objects."""
    found: Found = {}
    with psycopg.connect(server.url(database)) as connection:
        for schema, name in connection.execute(TABLES).fetchall():
            rows = connection.execute(sql.SQL("select * from {}").format(sql.Identifier(schema, name)))
            columns = [column.name for column in rows.description or ()]
            places = [f"{database}: {schema}.{name}.{column}" for column in columns]
            found |= {place: set() for place in places}
            for row in rows:
                for place, value in zip(places, row, strict=True):
                    found[place] |= search.value(value)
        objects = connection.execute("select count(*) from pg_largeobject_metadata").fetchone()
        assert objects == (0,)
    return found


def in_data_files(search: Search, server: Postgres) -> Found:
    """The server's data files as they are on the disk: rows that were deleted, write-ahead log, its own log."""
    found: Found = {}
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("checkpoint")
        names = dict(connection.execute("select oid::text, datname from pg_database").fetchall())
    home = server.place.home
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink():
            place = str(path.relative_to(home))
            if match := re.match(r"data/base/(\d+)/", place):
                place = f"data of {names[match[1]]}"
            elif place.startswith("data/pg_wal/"):
                place = "write-ahead log"
            found.setdefault(place, set()).update(search.plain(path.read_bytes()))
    return found


def encrypted(setup: LocalSetup) -> Iterator[dict[str, Any]]:
    """The rows of Airflow's table of connections."""
    yield from setup.rows("select * from connection", database="airflow")
