"""Migrations end in the schema, are applied once, and are never changed afterwards."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from entra_sync.db import connect, sql_folder, statement
from entra_sync.errors import ConfigurationError
from entra_sync.migrations import migrate, pending

FILES = sorted(path.stem for path in (sql_folder() / "migrations").glob("*.sql"))

CATALOG = {
    "columns": """
        select n.nspname, c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where n.nspname in ('peoplegoal', 'sync') and c.relkind in ('r', 'v')
        order by 1, 2, a.attnum""",
    "constraints": """
        select n.nspname, r.conrelid::regclass::text, r.conname, pg_get_constraintdef(r.oid)
        from pg_constraint r join pg_namespace n on n.oid = r.connamespace
        where n.nspname in ('peoplegoal', 'sync') order by 1, 2, 3""",
    "indexes": "select indexdef from pg_indexes where schemaname in ('peoplegoal', 'sync') order by 1",
    "views": "select viewname, definition from pg_views where schemaname in ('peoplegoal', 'sync') order by 1",
    "comments": """
        select d.classoid::regclass::text, coalesce(c.oid::regclass::text, n.nspname), d.description
        from pg_description d
        left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
        left join pg_namespace n on n.oid = coalesce(c.relnamespace, d.objoid)
        where n.nspname in ('peoplegoal', 'sync') order by 1, 2, 3""",
}


@pytest.fixture
def empty_url(database_url: str) -> Iterator[str]:
    """An empty database beside the migrated one."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))
        connection.execute(f"drop database {name} with (force)")


def catalog(url: str) -> dict[str, list[Any]]:
    """All that the database says of its schema."""
    with psycopg.connect(url) as connection:
        return {name: connection.execute(query).fetchall() for name, query in CATALOG.items()}


def test_migrations_end_in_schema(database_url: str, empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute(statement("schema"))

    written, migrated = catalog(empty_url), catalog(database_url)

    assert all(migrated.values())
    assert written == migrated


def test_a_migration_is_applied_once(empty_url: str) -> None:
    waiting = pending(empty_url)

    assert migrate(empty_url) == waiting == FILES
    assert (migrate(empty_url), pending(empty_url)) == ([], [])


def test_an_application_that_has_its_tables_keeps_them(empty_url: str) -> None:
    with psycopg.connect(empty_url) as connection:
        connection.execute(statement("migrations/0001_peoplegoal"))
        connection.execute("alter table peoplegoal.profile add column shoe_size integer")

    migrate(empty_url)

    assert "shoe_size" in {column[3] for column in catalog(empty_url)["columns"]}


def test_parallel_callers_wait_for_each_other(empty_url: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(empty_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(len, applied)) == [0, 0, 0, len(FILES)]


def test_a_file_that_was_changed_after_it_was_applied_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update sync.migration set sha256 = 'other' where version = 1")

    with pytest.raises(ConfigurationError, match="0001_peoplegoal was changed"):
        migrate(database_url)


def test_a_database_of_a_newer_release_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into sync.migration (version, name, sha256) values (9999, '9999_later', '')")

    for asked in (migrate, pending):
        with pytest.raises(ConfigurationError, match="9999_later"):
            asked(database_url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_the_scheme_connects(database_url: str, scheme: str) -> None:
    with connect(database_url.replace("postgresql", scheme, 1)) as connection:
        row = connection.execute(
            "select current_setting('timezone') as zone, current_setting('application_name') as name"
        ).fetchone()

    assert row == {"zone": "UTC", "name": "entra-sync"}
