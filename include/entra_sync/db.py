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

Connection = psycopg.Connection[DictRow]

# SQLAlchemy's and Heroku's spellings of the scheme that libpq knows as postgresql://.
DIALECT = re.compile(r"^(postgres|postgresql)(\+[a-z0-9_]+)?://")


def connect(url: str) -> Connection:
    """Connect by URL; as a context manager: commits or rolls back, then closes. Rows are dicts, times UTC."""
    connection = psycopg.connect(
        DIALECT.sub("postgresql://", url),
        row_factory=dict_row,
        application_name="entra-sync",
        # Poolers in transaction mode do not keep prepared statements.
        prepare_threshold=None,
    )
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


def copy_table(connection: Connection, name: str, table: pa.Table, columns: Sequence[str]) -> None:
    """COPY an Arrow table with the statement ``name``; columns in that order, null where the table lacks one.

    The character U+0000, which PostgreSQL cannot store, is left out of texts.
    """
    values = [
        storable(table[column]).to_pylist() if column in table.column_names else [None] * table.num_rows
        for column in columns
    ]
    with connection.cursor() as cursor, cursor.copy(statement(name)) as copy:
        for row in zip(*values, strict=True):
            copy.write_row(row)


def storable(column: Any) -> Any:
    """The column without U+0000."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.replace_substring(column, pattern="\x00", replacement="")
    return column
