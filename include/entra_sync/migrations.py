"""Bring the database to the schema that this code needs: ``sql/migrations/NNNN_name.sql``, each applied once.

Every file has a transaction of its own; parallel callers wait for each other. A file is never changed once
applied: a change is a new file. ``sql/schema.sql`` is the result, to be read.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache

from entra_sync.db import Connection, connect, sql_folder, statement
from entra_sync.errors import ConfigurationError

FILE = re.compile(r"(\d{4})_\w+")


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One file."""

    version: int
    name: str
    sha256: str


def migrate(url: str) -> list[str]:
    """Apply what is not applied yet; gives the names. ConfigurationError when database and files disagree."""
    with connect(url) as connection:
        connection.autocommit = True
        connection.execute(statement("migrate/lock"))
        connection.execute(statement("migrate/bootstrap"))
        waiting = _waiting(connection)
        for migration in waiting:
            with connection.transaction():
                connection.execute(statement(f"migrations/{migration.name}"))
                connection.execute(statement("migrate/note"), vars(migration))
    return [migration.name for migration in waiting]


def pending(url: str) -> list[str]:
    """Names of the migrations that ``migrate`` would apply; changes nothing."""
    with connect(url) as connection:
        return [migration.name for migration in _waiting(connection)]


@cache
def _known() -> tuple[Migration, ...]:
    names = sorted(path.stem for path in (sql_folder() / "migrations").glob("*.sql") if FILE.fullmatch(path.stem))
    return tuple(
        Migration(
            version=int(name[:4]),
            name=name,
            sha256=hashlib.sha256(statement(f"migrations/{name}").encode()).hexdigest(),
        )
        for name in names
    )


def _waiting(connection: Connection) -> list[Migration]:
    found = connection.execute(statement("migrate/is_there")).fetchone()
    if not (found and found["found"]):
        return list(_known())
    applied = {row["version"]: row for row in connection.execute(statement("migrate/applied"))}
    known = {migration.version: migration for migration in _known()}
    for version, row in applied.items():
        if version not in known:
            raise ConfigurationError(
                f"The database has the migration {row['name']}, which this release does not know.",
                hint="Install the release that migrated the database, or a newer one.",
            )
        if row["sha256"] != known[version].sha256:
            raise ConfigurationError(
                f"The migration {row['name']} was changed after this database applied it.",
                hint="Take the file back to its released text; a change of the schema is a new file.",
            )
    return [migration for version, migration in known.items() if version not in applied]
