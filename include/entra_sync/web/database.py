"""The page's way to the PeopleGoal database: one read-only transaction per request, which cannot run for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from entra_sync.airflow.connections import page_url
from entra_sync.db import Connection, connect, statement

Row = dict[str, Any]

# Rows of a page, and of one step of an export.
PAGE, STEP = 50, 1000


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection that can write nothing."""
    with connect(page_url()) as connection:
        connection.read_only = True
        connection.execute(statement("web/settings"))
        yield connection


def every_row(connection: Connection, name: str, **values: Any) -> Iterator[Row]:
    """All rows of a statement with the parameter ``limit``, looked for once and fetched step by step."""
    with connection.cursor(name="every_row") as cursor:
        cursor.itersize = STEP
        yield from cursor.execute(statement(name), {**values, "limit": None})


def page_of(connection: Connection, name: str, *, size: int = PAGE, **values: Any) -> tuple[list[Row], bool]:
    """The first ``size`` rows of a statement with the parameter ``limit``, and whether there are more."""
    rows = connection.execute(statement(name), {**values, "limit": size + 1}).fetchall()
    return rows[:size], len(rows) > size
