"""Connections to the PeopleGoal database, and the SQL statements: one per file under sql/, none in Python.

A statement's name is its path without ``.sql``; its first line says what it does. In a checkout the files lie
beside the package (include/sql), in an installed wheel inside it (entra_sync/sql).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.rows import DictRow, dict_row

from entra_sync.errors import ConfigurationError, DatabaseFailed

Connection = psycopg.Connection[DictRow]

COPIED_AT_ONCE = 20_000

# Classes of SQLSTATE: connection, rollback (deadlock), resources, lock, operator, system.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
OF_THE_SERVER = {"08", "40", "53", "55", "57", "58"}
UNDONE = "Nothing of the step was applied unless the run's row says so; it is tried again."
HINTS = {
    "": UNDONE,
    "08": UNDONE,
    "40": "Another transaction and this one waited for each other. Nothing was applied; it is tried again.",
    "53100": "The database has no disk space left: nothing was applied. Free some; it is tried again.",
    "55P03": "Somebody else has held a lock on people or teams for too long (lock_timeout). Nothing was applied; "
    "it is tried again. See pg_stat_activity for a transaction that stays open.",
    "57": UNDONE,
}

# SQLAlchemy's and Heroku's spellings of the scheme that libpq knows as postgresql://.
DIALECT = re.compile(r"^(postgres|postgresql)(\+[a-z0-9_]+)?://")


def connect(url: str) -> Connection:
    """Connect by URL; as a context manager: commits or rolls back, then closes. Rows are dicts, times UTC.

    Raises ConfigurationError for a URL that libpq cannot read: its own text quotes the password.
    """
    try:
        connection = psycopg.connect(
            DIALECT.sub("postgresql://", url),
            row_factory=dict_row,
            application_name="entra-sync",
            # Poolers in transaction mode do not keep prepared statements.
            prepare_threshold=None,
        )
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "The address of the PeopleGoal database cannot be read.",
            hint="Look at host, port and extras of the connection peoplegoal_db.",
        ) from None
    connection.execute(statement("session"))
    connection.commit()
    return connection


@cache
def sql_folder() -> Path:
    """Folder of the SQL files."""
    package = Path(__file__).parent
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"


@cache
def statement(name: str) -> LiteralString:
    """Text of ``sql/<name>.sql``."""
    return (sql_folder() / f"{name}.sql").read_text(encoding="utf-8")


def told(error: psycopg.Error, step: str) -> DatabaseFailed:
    """The same failure without what PostgreSQL may quote of people's rows: its class, its state, the names of tables.

    Only states that tell of the server, a lock or the connection keep PostgreSQL's message.
    """
    found = error.diag
    state = error.sqlstate or ""
    lost = "the connection was lost" if isinstance(error, psycopg.OperationalError) else "not sent"
    parts = [f"SQLSTATE {state}" if state else lost]
    names = (("table", found.table_name), ("column", found.column_name), ("constraint", found.constraint_name))
    parts += [f"{kind} {name}" for kind, name in names if name]
    said = f": {found.message_primary}" if state[:2] in OF_THE_SERVER and found.message_primary else ""
    return DatabaseFailed(
        f"PostgreSQL ended the step {step}: {type(error).__name__} ({', '.join(parts)}){said}.",
        hint=HINTS.get(state) or HINTS.get(state[:2]),
    )


def copy_table(connection: Connection, name: str, table: pa.Table, columns: Sequence[str]) -> None:
    """COPY an Arrow table with the statement ``name``; columns in that order, null where the table lacks one.

    The character U+0000, which PostgreSQL cannot store, is left out of texts.
    """
    with connection.cursor() as cursor, cursor.copy(statement(name)) as copy:
        # By parts: a table as Python objects takes many times its size.
        for batch in table.to_batches(max_chunksize=COPIED_AT_ONCE):
            values = [
                storable(batch[column]).to_pylist() if column in batch.schema.names else [None] * batch.num_rows
                for column in columns
            ]
            for row in zip(*values, strict=True):
                copy.write_row(row)


def storable(column: Any) -> Any:
    """The column without U+0000."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.replace_substring(column, pattern="\x00", replacement="")
    return column
