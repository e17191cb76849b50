"""``make sync``: run one account's DAG once, whole, and print what came of it.

While Airflow is up the run is triggered over its API and followed; otherwise it happens in a child process, which
imports Airflow while this one starts the database server and the sandbox tenant.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from entra_sync.airflow.accounts import AccountDag
from entra_sync.errors import ConfigurationError
from entra_sync.local import services
from entra_sync.local.accounts import find_account
from entra_sync.local.child import Child, spawn
from entra_sync.local.dag_run import Order
from entra_sync.local.environment import entra_variable
from entra_sync.local.locks import Use
from entra_sync.local.sandbox import Sandbox
from entra_sync.local.screen import print_run, step_line
from entra_sync.local.setup import Setup, connections, open_setup

MODES = ("auto", "full", "incremental", "replay")


@dataclass
class Outcome:
    """What is known of the run so far."""

    run_id: str | None = None
    database_url: str | None = None
    counts: str = ""
    interrupted: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``sync``."""
    parser.add_argument("--account", default="contoso", help="which account file (default: contoso)")
    parser.add_argument("--mode", choices=MODES, default="auto", help="what is read of the tenant (default: auto)")
    parser.add_argument("--date", help="which day to replay (default: the snapshot that PeopleGoal shows now)")
    parser.add_argument("--scenario", help="how the sandbox tenant misbehaves during this run")
    parser.add_argument("--dry-run", action="store_true", help="plan and record, but change no profile or team")


def sync(*, account: str, mode: str, dry_run: bool, day: str | None = None, scenario: str | None = None) -> int:
    """Run the account's DAG once and print the summary; 0 unless the run failed."""
    setup = open_setup()
    entry = find_account(account)
    conf: dict[str, Any] = {"mode": mode, "dry_run": dry_run, "date": day}
    while True:
        if services.running(setup.local):
            with _night(setup, entry, scenario):
                return services.sync_through_airflow(setup, entry, conf)
        use = Use(setup.local.file("airflow.users"))
        alone = use.try_alone()
        if not alone:
            use.join()
        if not services.running(setup.local):
            break
        use.leave()  # Airflow came up while this waited
    try:
        return _in_process(setup, entry, conf, use, alone=alone, scenario=scenario)
    finally:
        use.leave()


@contextmanager
def _night(setup: Setup, entry: AccountDag, scenario: str | None) -> Iterator[None]:
    """The scenario, if there is one, while Airflow runs the sync on the sandbox tenant that it holds."""
    if scenario is None:
        yield
        return
    with setup.server, connections(setup, [entry.account]) as sandbox, _misbehaving(sandbox, entry, scenario):
        yield


def _misbehaving(sandbox: Sandbox | None, entry: AccountDag, scenario: str | None) -> AbstractContextManager[None]:
    if scenario is None:
        return nullcontext()
    if sandbox is None:
        raise ConfigurationError(
            f"SCENARIO is for the sandbox tenant; the account {entry.account} has an Entra connection of its own.",
            hint=f"Leave SCENARIO out, or take {entra_variable(entry.account)} away.",
        )
    return sandbox.scenario(scenario)


def _in_process(
    setup: Setup, entry: AccountDag, conf: dict[str, Any], use: Use, *, alone: bool, scenario: str | None
) -> int:
    log = setup.local.logs / time.strftime(f"sync-{entry.account}-%Y%m%dT%H%M%S-{os.getpid()}.log")
    order = Order(dag_id=entry.dag_id, account_file=str(entry.path), conf=conf)
    outcome = Outcome()
    child = spawn(setup, order, log=log, alone=alone)
    with child, setup.server, connections(setup, [entry.account]) as sandbox, _signals(child, outcome):
        tenant = "the sandbox tenant" if sandbox else "Microsoft Entra ID"
        print(f"{entry.name}: {tenant} to PeopleGoal{' (dry run)' if conf['dry_run'] else ''}", flush=True)
        with _misbehaving(sandbox, entry, scenario):
            child.go({name: setup.environ[name] for name in _connections_of(entry, setup)})
            for event in child.events():
                if event["event"] == "ready" and alone:
                    use.join()
                _show(event, outcome)
            status = child.wait()
        return _report(entry, outcome, status, log)


def _connections_of(entry: AccountDag, setup: Setup) -> list[str]:
    return [name for name in (entra_variable(entry.account),) if name in setup.environ]


def _show(event: dict[str, Any], outcome: Outcome) -> None:
    """Take in one event of the child; print what a person follows."""
    match event["event"]:
        case "say":
            print(f"  {event['text']}", flush=True)
        case "error":
            print(f"error: {event['text']}", file=sys.stderr, flush=True)
        case "database":
            outcome.database_url = event["url"]
        case "counts":
            outcome.counts = event["text"]
        case "started":
            outcome.run_id = event["run_id"]
        case "ended":
            print(
                step_line(event["task"], event["seconds"], outcome.counts, event["failed"], event["error"]), flush=True
            )
            outcome.counts = ""


def _report(entry: AccountDag, outcome: Outcome, status: int, log: Path) -> int:
    if outcome.run_id and outcome.database_url:
        status = max(status, print_run(outcome.database_url, entry.account, outcome.run_id))
    if outcome.interrupted:
        print("Interrupted. Nothing was half-written; run it again at any time.", file=sys.stderr)
    if status:
        print(f"Airflow's log of the run: {log}", file=sys.stderr)
    return status


@contextmanager
def _signals(child: Child, outcome: Outcome) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask the child to end its run; a second time they end the child."""

    def ask(number: int, frame: FrameType | None) -> None:
        child.end(at_once=outcome.interrupted)
        outcome.interrupted = True

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
