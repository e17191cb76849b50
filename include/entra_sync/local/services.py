"""``make up`` and ``make down``: Airflow's four parts in the background, on this set-up's databases, on loopback only.

Each part is a session of its own, remembered by number and start time. All of them hold the database server and the
sandbox tenant: those run as long as any part does, and are stopped by whoever leaves last.
"""

from __future__ import annotations

import hashlib
import json
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from entra_sync.airflow.accounts import AccountDag
from entra_sync.errors import ConfigurationError
from entra_sync.local import processes
from entra_sync.local.airflow_api import FINISHED, AirflowApi
from entra_sync.local.environment import HOST, LOGIN, base_url, port, read_secrets
from entra_sync.local.locks import Use, exclusive
from entra_sync.local.paths import Local, project_root
from entra_sync.local.sandbox import Sandbox
from entra_sync.local.screen import print_run, step_line
from entra_sync.local.setup import Setup, adopt, connections, open_setup, prepare_databases

# A part's log server is not needed where the API server reads the same files.
PARTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
PASSWORD_SHOWN = "airflow/password.shown"
CONFIGURED = "services.configuration"


def running(local: Local) -> bool:
    """Whether every part of Airflow is alive."""
    return all(processes.remembered(_record(local, part)) for part in PARTS)


def up() -> int:
    """Start Airflow unless it runs, wait until it is healthy, and say where it is."""
    setup = open_setup()
    local = setup.local
    with exclusive(local.file("services.lock")):
        if running(local):
            _say_where(setup, "Airflow is up already")
            return 0
        _stop_parts(local)
        _port_is_free(port(setup.given))
        runs = Use(local.file("airflow.users"))
        if not runs.try_alone():
            print("A sync is under way; waiting for its end.", flush=True)
            runs.alone()
        try:
            _start(setup)
        finally:
            runs.leave()
    _say_where(setup, "Airflow is up")
    return 0


def down() -> int:
    """Stop what ``up`` started, and nothing else; the data stays."""
    setup = open_setup()
    with exclusive(setup.local.file("services.lock")):
        stopped = _stop_parts(setup.local)
        Sandbox(setup.local, setup.given).stop_unused()
        alone = setup.server.stop_unused()
    print("Airflow is down." if stopped else "Airflow was not up.")
    if not alone:
        print("The database server goes on for a sync that is under way.")
    return 0


def _start(setup: Setup) -> None:
    from entra_sync.local.dag_run import close_left_over

    local = setup.local
    with ExitStack() as stack:
        server = stack.enter_context(setup.server)
        configured = _fingerprint(setup.given)
        adopt(setup.environ)
        print("Starting Airflow", flush=True)
        sandbox = stack.enter_context(connections(setup))
        adopt(setup.environ)
        prepare_databases(setup, lambda text: print(f"  {text}", flush=True))
        close_left_over()
        shared = [server.descriptor] + ([sandbox.descriptor] if sandbox else [])
        try:
            for part, arguments in PARTS.items():
                processes.start(
                    processes.python_module("airflow", *arguments),
                    record=_record(local, part),
                    log=_log(local, part),
                    environ=setup.environ,
                    cwd=project_root(),
                    inherit=shared,
                )
            _wait_until_healthy(setup)
        except BaseException:
            _stop_parts(local)
            raise
        local.file(CONFIGURED).write_text(configured)
        server.hand_over()
        if sandbox:
            sandbox.hand_over()


def _wait_until_healthy(setup: Setup) -> None:
    password = read_secrets(setup.local).password
    while True:
        for part in PARTS:
            if not processes.remembered(_record(setup.local, part)):
                log = _log(setup.local, part)
                raise ConfigurationError(f"Airflow's {part} ended at once:\n{processes.tail(log)}\nIts log is {log}.")
        try:
            with AirflowApi(base_url(setup.given), login=LOGIN, password=password) as api:
                if api.healthy():
                    return
        except (httpx.TransportError, ConfigurationError):
            pass  # not listening yet, or not ready to answer
        time.sleep(0.3)


def _stop_parts(local: Local) -> bool:
    """Stop all parts; whether there was any."""
    return processes.stop(*(_record(local, part) for part in PARTS))


def _port_is_free(number: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
        except OSError:
            raise ConfigurationError(
                f"Port {number} is taken by another program.",
                hint=f"Choose another one: make up ENTRA_SYNC_PORT={number + 1}, or ENTRA_SYNC_PORT in .env.",
            ) from None


def _say_where(setup: Setup, headline: str) -> None:
    shown = setup.local.file(PASSWORD_SHOWN)
    print(f"{headline}: {base_url(setup.given)}")
    if shown.exists():
        print(f"  user {LOGIN}, password in {setup.local.airflow / 'passwords.json'}")
    else:
        password = read_secrets(setup.local).password
        print(f"  user {LOGIN}, password {password}  (kept in {setup.local.airflow / 'passwords.json'})")
        shown.touch(mode=0o600)
    print("  Nightly runs go on as long as it is up. Stop it with make down.")


def sync_through_airflow(setup: Setup, entry: AccountDag, conf: dict[str, Any]) -> int:
    """Trigger the DAG, follow the run, print its summary; 0 unless the run failed."""
    configured = setup.local.file(CONFIGURED)
    if configured.exists() and configured.read_text() != _fingerprint(setup.given):
        print("Connections or paths have changed since Airflow was started: make down, then make up, to use them.")
    password = read_secrets(setup.local).password
    with AirflowApi(base_url(setup.given), login=LOGIN, password=password) as api:
        print(f"{entry.name}: run by Airflow at {api.url}", flush=True)
        dag = _dag(api, entry)
        if dag["is_paused"]:
            print("  the DAG was paused; it is on now")
            api.unpause(entry.dag_id)
        run_id = api.trigger(entry.dag_id, conf)
        shown: set[str] = set()
        while True:
            state = api.run(entry.dag_id, run_id)["state"]
            for step in api.steps(entry.dag_id, run_id):
                if step["state"] in FINISHED and step["task_id"] not in shown:
                    shown.add(step["task_id"])
                    print(step_line(step["task_id"], step["duration"], failed=step["state"] == "failed"), flush=True)
            if state in FINISHED:
                break
            time.sleep(0.5)
    adopt(setup.environ)
    from entra_sync.airflow.connections import database_url

    return max(print_run(database_url(), entry.account, run_id), 0 if state == "success" else 1)


def _dag(api: AirflowApi, entry: AccountDag) -> dict[str, Any]:
    """The DAG; waits for Airflow to read the file of an account that was just added."""
    for _ in range(240):
        dag = api.dag(entry.dag_id)
        if dag is not None:
            return dag
        time.sleep(0.5)
    raise ConfigurationError(f"Airflow does not know the DAG {entry.dag_id}.", hint="make down, then make up.")


def _fingerprint(given: dict[str, str]) -> str:
    """Of what Airflow was started with, to see later whether the person changed it."""
    theirs = {k: v for k, v in given.items() if k.startswith(("AIRFLOW_CONN_", "ENTRA_SYNC_"))}
    return hashlib.sha256(json.dumps(theirs, sort_keys=True).encode()).hexdigest()


def _record(local: Local, part: str) -> Path:
    return local.file(f"{part}.process")


def _log(local: Local, part: str) -> Path:
    return local.logs / f"{part}.log"
