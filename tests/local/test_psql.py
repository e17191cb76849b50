"""What psql is given: everything by environment, so that no password shows in the list of processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from entra_sync.local.psql import psql


def test_the_password_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    url = "postgresql://u:p%40ss@db:5433/pg?sslmode=require&connect_timeout=3"

    command, environ = psql(Path("/programs"), url, "select 1")

    assert command == ["/programs/psql", "--no-psqlrc", "--command", "select 1"]
    assert environ["PGPASSWORD"] == "p@ss"
    assert (environ["PGHOST"], environ["PGPORT"], environ["PGUSER"]) == ("db", "5433", "u")
    assert (environ["PGDATABASE"], environ["PGSSLMODE"], environ["PGCONNECT_TIMEOUT"]) == ("pg", "require", "3")
