"""PostgreSQL's own shell on a database that is given by URL: the password goes by environment, not by argument."""

from __future__ import annotations

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

# https://www.postgresql.org/docs/18/libpq-envars.html: most names are PG and the option in capitals.
NAMED_OTHERWISE = {"dbname": "PGDATABASE", "application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT"}


def psql(programs: Path, url: str, sql: str | None) -> tuple[list[str], dict[str, str]]:
    """The command and its environment; with ``sql`` it runs that and ends."""
    given = {
        NAMED_OTHERWISE.get(name, f"PG{name.upper()}"): str(value) for name, value in conninfo_to_dict(url).items()
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    arguments = ["--no-psqlrc", "--command", sql] if sql else []
    return [str(programs / "psql"), *arguments], {**kept, **given}
