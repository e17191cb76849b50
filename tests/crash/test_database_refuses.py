"""A lock that stays, a full disk, a collision at commit: nothing of the load is there, the run's row says what happened
without anybody's data, and the same task succeeds when the cause is gone."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from entra_sync.db import connect, statement
from entra_sync.errors import DatabaseFailed
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from tests.conftest import short_folder
from tests.crash.loader import load
from tests.load.factory import Directory, Nights
from tests.load.test_load_property import found, shown

TMPFS_BYTES, LEFT_BYTES = 64_000_000, 200_000


def people(*names: str) -> Directory:
    """People with addresses of their own."""
    directory = Directory()
    for name in names:
        directory.add(name, email=f"{name}@contoso.com", job_title=None)
    return directory


def impatient(url: str) -> str:
    """The same database, where nobody waits long for a lock."""
    return f"{url}&options={quote('-c lock_timeout=100ms')}"


def refused(nights: Nights, directory: Directory) -> DatabaseFailed:
    """Load the newest run, which fails; nothing of it is there, and its row says why."""
    before = found(nights)
    with pytest.raises(DatabaseFailed) as raised:
        load(nights, directory)
    assert raised.value.transient
    assert found(nights) == before
    run = nights.last()
    assert (run["status"], run["error_class"], run["error_code"]) == ("running", "DatabaseFailed", "database_failed")
    assert run["error_message"] == str(raised.value)
    assert nights.changes() == []
    return raised.value


@pytest.mark.parametrize(
    "held",
    ["lock table peoplegoal.app_user in share mode", "update peoplegoal.profile set office = 'B1'"],
    ids=["somebody holds the table", "somebody holds a row"],
)
def test_a_lock_that_stays_is_not_waited_for_without_end(database_url: str, held: str) -> None:
    nights = Nights(url=impatient(database_url))
    nights.run(people("ann"))
    directory = people("ann", "bob")
    directory.people["ann"].values["job_title"] = "Lead"
    nights.open()
    with psycopg.connect(database_url) as other:
        other.execute(held)

        error = refused(nights, directory)

    assert "55P03" in str(error)
    assert "lock_timeout" in str(error)
    load(nights, directory)
    assert found(nights) == shown(directory)
    assert (nights.last()["status"], nights.last()["error_class"]) == ("success", None)


def test_a_load_waits_a_minute_unless_somebody_says_otherwise(database_url: str) -> None:
    for url, limit in ((database_url, "1min"), (impatient(database_url), "100ms")):
        with connect(url) as connection:
            connection.execute(statement("load/stage"))
            assert connection.execute("show lock_timeout").fetchall() == [{"lock_timeout": limit}]


def test_a_collision_at_commit_tells_nobodys_address(database_url: str) -> None:
    """PeopleGoal adds somebody while the load, which could not see it, does the same."""
    nights = Nights(url=database_url)
    nights.run(people("ann"))
    nights.open()
    errors: list[DatabaseFailed] = []
    with psycopg.connect(database_url) as other:
        other.execute("insert into peoplegoal.app_user (account_id, email) values (1, 'bob@contoso.com')")
        loading = threading.Thread(target=lambda: errors.append(refused(nights, people("ann", "bob"))))
        loading.start()
        while not waiting(database_url):
            time.sleep(0.01)
    loading.join()

    (error,) = errors
    assert "app_user_email" in str(error)
    assert "bob" not in "".join(traceback.format_exception(error))
    load(nights, people("ann", "bob"))
    assert found(nights) == shown(people("ann", "bob"))
    assert [change["action"] for change in nights.changes() if change["entity"] == "user"] == ["link"]


def test_a_full_disk(small_disk: Path, postgres: Postgres) -> None:
    nights = Nights(url=on_disk(postgres, small_disk))
    nights.run(people("ann"))
    directory = people("ann", *(f"p{number}" for number in range(2000)))
    nights.open()
    filler = small_disk / "filler"
    state = os.statvfs(small_disk)
    filler.write_bytes(bytes(state.f_bavail * state.f_frsize - LEFT_BYTES))

    error = refused(nights, directory)

    assert "53100" in str(error)
    assert "No space left on device" in str(error)
    filler.unlink()
    load(nights, directory)
    assert found(nights) == shown(directory)
    postgres.drop_database("tight")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real disk of a few megabytes, which takes the right to mount one."""
    with short_folder() as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", str(folder)], capture_output=True, text=True
        )
        if mounted.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def on_disk(postgres: Postgres, disk: Path) -> str:
    """URL of a migrated database whose tables, temporary ones too, lie on that disk."""
    place = disk / "tables"
    place.mkdir()
    owner = postgres.place.data.stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    disk.chmod(0o711)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create tablespace tight location '{place}'")  # type: ignore[arg-type]
        connection.execute("create database tight tablespace tight")
    url = postgres.url("tight")
    migrate(url)
    return url


def waiting(url: str) -> list[Any]:
    """Who waits for a lock."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'entra-sync'"
        ).fetchall()
