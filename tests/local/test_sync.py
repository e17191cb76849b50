"""One set-up, used through the commands: set up, one run, a day, Airflow up and down."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import LocalSetup


def last_run(setup: LocalSetup) -> dict[str, object]:
    return setup.rows("select * from sync.run order by id desc limit 1")[0]


def airflow_runs(setup: LocalSetup) -> list[dict[str, object]]:
    return setup.rows("select run_type, state from dag_run order by id", database="airflow")


def test_parallel_set_ups_of_one_folder_do_not_collide(shared_setup: LocalSetup) -> None:
    processes = [shared_setup.start("migrate") for _ in range(3)]
    ended = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], ended


def test_the_history_of_an_empty_set_up_says_what_to_do(shared_setup: LocalSetup) -> None:
    done = shared_setup.plain("history")
    assert done.returncode == 0, done.stderr
    assert "No run yet" in done.stdout


def test_an_unknown_account_is_refused_with_the_list_of_accounts(shared_setup: LocalSetup) -> None:
    done = shared_setup.run("sync", "--account", "nobody")
    assert done.returncode == 1
    assert "no account 'nobody'" in done.stderr
    assert "contoso" in done.stderr


def test_with_no_credentials_a_sync_runs_on_the_sandbox_tenant(shared_setup: LocalSetup) -> None:
    done = shared_setup.run("sync")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sandbox tenant" in done.stdout
    assert done.stderr == ""
    run = last_run(shared_setup)
    assert (run["status"], run["run_type"]) == ("success", "manual")
    assert airflow_runs(shared_setup) == [{"run_type": "manual", "state": "success"}]


def test_psql_opens_the_peoplegoal_database(shared_setup: LocalSetup) -> None:
    done = shared_setup.run("psql", "--sql", "select 'run ' || max(id) from sync.run")
    assert done.returncode == 0, done.stderr
    assert "run 1" in done.stdout


def test_a_dry_run_changes_nobody(shared_setup: LocalSetup) -> None:
    before = shared_setup.rows("select xmin::text, u.* from peoplegoal.app_user u order by id")
    assert shared_setup.run("day").returncode == 0
    done = shared_setup.run("sync", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert shared_setup.rows("select xmin::text, u.* from peoplegoal.app_user u order by id") == before


def test_a_day_in_the_sandbox_shows_in_the_next_sync(shared_setup: LocalSetup) -> None:
    assert shared_setup.run("sync").returncode == 0
    changes = shared_setup.rows("select 1 from sync.change where run_id = (select max(id) from sync.run)")
    assert changes


def test_ctrl_c_closes_the_run_as_failed_and_leaves_nothing_running(shared_setup: LocalSetup) -> None:
    process = shared_setup.start("sync")
    assert process.stdout is not None
    for line in process.stdout:
        if "open_run" in line:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "Interrupted" in errors
    assert last_run(shared_setup)["status"] == "failed"
    assert airflow_runs(shared_setup)[-1]["state"] == "failed"


def test_a_killed_sync_is_closed_by_the_next_one(shared_setup: LocalSetup) -> None:
    process = shared_setup.start("sync")
    assert process.stdout is not None
    for line in process.stdout:
        if "open_run" in line:
            break
    process.kill()
    process.communicate()
    assert airflow_runs(shared_setup)[-1]["state"] == "running"
    killed = last_run(shared_setup)
    assert killed["status"] == "running"
    done = shared_setup.run("sync")
    assert done.returncode == 0, done.stdout + done.stderr
    (closed,) = shared_setup.rows(f"select status, finished_at from sync.run where id = {killed['id']}")
    (opened,) = shared_setup.rows(f"select started_at from sync.run where id > {killed['id']}")
    assert closed["status"] == "failed"
    assert closed["finished_at"] < opened["started_at"], "closed before the next began, not by it"
    assert [run["state"] for run in airflow_runs(shared_setup)[-2:]] == ["failed", "success"]


def test_a_port_that_is_taken_is_named_with_the_way_out(shared_setup: LocalSetup) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        done = shared_setup.run("up", env={"ENTRA_SYNC_PORT": str(number)})
    assert done.returncode == 1
    assert f"Port {number} is taken" in done.stderr
    assert "ENTRA_SYNC_PORT" in done.stderr


def test_airflow_comes_up_runs_the_sync_and_goes_down(shared_setup: LocalSetup) -> None:
    try:
        up = shared_setup.run("up")
        assert up.returncode == 0, up.stdout + up.stderr
        password = re.search(r"password (\S+)", up.stdout)
        assert password is not None
        url = f"http://127.0.0.1:{shared_setup.env['ENTRA_SYNC_PORT']}"
        refused = httpx.post(
            f"{url}/auth/token", json={"username": "admin", "password": "admin"}, trust_env=False, timeout=None
        )
        assert refused.status_code == 401
        login = {"username": "admin", "password": password[1]}
        assert httpx.post(f"{url}/auth/token", json=login, trust_env=False, timeout=None).status_code == 201

        again = shared_setup.run("up")
        assert "up already" in again.stdout
        assert password[1] not in again.stdout

        done = shared_setup.run("sync")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "run by Airflow" in done.stdout
    finally:
        down = shared_setup.run("down")
    assert down.returncode == 0, down.stderr
    assert leftovers(shared_setup) == []
    assert shared_setup.run("down").stdout == "Airflow was not up.\n"


@pytest.mark.parametrize(("wish", "seconds"), [({}, "60"), ({"AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "90"}, "90")])
def test_a_step_is_not_lost_while_the_api_server_is_slow(
    shared_setup: LocalSetup, wish: dict[str, str], seconds: str
) -> None:
    said = shared_setup.run("run", "env", env=wish).stdout.splitlines()

    assert f"AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT={seconds}" in said


def leftovers(setup: LocalSetup) -> list[str]:
    """Processes that still name the set-up's folder, after a moment to end."""
    for _ in range(100):
        found = []
        for number in (path for path in Path("/proc").iterdir() if path.name.isdigit()):
            try:
                if os.fsencode(setup.folder) in (number / "environ").read_bytes():
                    command = (number / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found.append(f"{number.name} {command}")
            except OSError:
                continue
        if not found:
            return []
        time.sleep(0.1)
    return found
