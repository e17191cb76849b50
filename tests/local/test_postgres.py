"""The embedded server: shared, stopped by the last one, alive again after anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from entra_sync.local.postgres import Postgres
from entra_sync.local.postgres_place import LONGEST_SOCKET, SOCKET
from tests.conftest import short_folder

QUICK = {"fsync": "off"}
USER = """
import sys
from pathlib import Path
import psycopg
from entra_sync.local.postgres import Postgres
with Postgres(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
    with psycopg.connect(server.url("peoplegoal")) as connection:
        print(server.pid(), connection.execute("select 40 + 2").fetchone()[0], flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as found:
        yield found / "postgres"


def user_of(folder: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until a line is written to it."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", USER, str(folder)], stdin=pipe, stdout=pipe, text=True)


def said(process: subprocess.Popen[str]) -> tuple[int, int]:
    assert process.stdout is not None
    pid, answer = process.stdout.readline().split()
    return int(pid), int(answer)


def answers(server: Postgres) -> bool:
    with psycopg.connect(server.url("peoplegoal")) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_it_serves_both_databases_on_a_private_socket_only(folder: Path) -> None:
    with Postgres(folder, settings=QUICK) as server:
        assert answers(server)
        with psycopg.connect(server.url("airflow")) as connection:
            assert connection.info.server_version // 10_000 == 18
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert server.place.socket.stat().st_mode & 0o077 == 0
    assert server.pid() is None


def test_parallel_processes_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    processes = [user_of(folder) for _ in range(3)]
    found = [said(process) for process in processes]
    assert len({pid for pid, _ in found}) == 1
    assert {answer for _, answer in found} == {42}
    server = Postgres(folder)
    for process in processes:
        assert server.pid() == found[0][0]
        process.communicate("\n")
    assert server.pid() is None


def test_it_survives_kill_9_of_the_server(folder: Path) -> None:
    with Postgres(folder, settings=QUICK) as server:
        with psycopg.connect(server.url("peoplegoal"), autocommit=True) as connection:
            connection.execute("create table kept as select 7 as value")
        number = server.pid()
        assert number is not None
        os.kill(number, signal.SIGKILL)
        while server.pid() is not None:
            time.sleep(0.01)
        with Postgres(folder, settings=QUICK) as again, psycopg.connect(again.url("peoplegoal")) as connection:
            assert connection.execute("select value from kept").fetchone() == (7,)


def test_a_killed_user_keeps_no_server_alive(folder: Path) -> None:
    process = user_of(folder)
    pid, _ = said(process)
    process.kill()
    process.wait()
    with Postgres(folder) as server:
        assert server.pid() == pid
    assert server.pid() is None


def test_a_number_that_belongs_to_another_program_now_is_not_taken_for_the_server(folder: Path) -> None:
    with Postgres(folder, settings=QUICK) as server:
        lines = (server.place.data / "postmaster.pid").read_text().splitlines()
    stale = "\n".join([str(os.getpid()), *lines[1:]])
    (server.place.data / "postmaster.pid").write_text(stale)
    with Postgres(folder, settings=QUICK) as again:
        assert answers(again)


@pytest.mark.parametrize("name", ["x" * 120, "with blank, comma and Zoë"], ids=["long", "odd"])
def test_any_path_of_a_checkout_will_do(folder: Path, name: str) -> None:
    parent = folder.parent / name
    parent.mkdir(mode=0o711)
    with Postgres(parent / "postgres", settings=QUICK) as server:
        assert answers(server)
        assert len(os.fsencode(server.place.socket / SOCKET)) <= LONGEST_SOCKET
        assert Postgres(parent / "postgres").url("airflow") == server.url("airflow")
    server.place.socket.rmdir()


def test_variables_of_another_postgresql_do_not_disturb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "6543", "PGHOST": "db.example.com", "PGDATA": "/nowhere", "LANG": "xx_YY"}.items():
        monkeypatch.setenv(name, value)
    with Postgres(folder, settings=QUICK) as server:
        assert answers(server)


def test_the_server_is_given_no_secret_and_its_log_quotes_no_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ENTRA_CONTOSO", "planted-secret")
    with Postgres(folder, settings=QUICK) as server:
        number = server.pid()
        assert b"planted" not in Path(f"/proc/{number}/environ").read_bytes()
        with psycopg.connect(server.url("peoplegoal"), autocommit=True) as connection:
            connection.execute("create temporary table person (mail text unique)")
            connection.execute("insert into person values ('ann@contoso.com')")
            with pytest.raises(psycopg.errors.UniqueViolation, match="ann@contoso"):
                connection.execute("insert into person values ('ann@contoso.com')")
        log = server.place.log.read_text()

    assert "duplicate key value violates unique constraint" in log
    assert "ann@contoso" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="root runs the server as another user")
def test_a_checkout_that_is_closed_to_the_servers_user_stays_closed(folder: Path) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with Postgres(closed / "postgres", settings=QUICK) as server:
        assert answers(server)
        assert closed.stat().st_mode & 0o777 == 0o700
    home = server.place.home
    assert Postgres(closed / "postgres").place.home == home
    subprocess.run(["rm", "-r", str(home)], check=True)
