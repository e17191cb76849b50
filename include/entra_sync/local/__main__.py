"""``python -m entra_sync.local``: what the Makefile's targets do once the environment ``.venv`` is there.

sync [--account A] [--mode M] [--dry-run]   run the account's DAG once and print the summary
     [--scenario S]                         while the sandbox tenant misbehaves
up / down                                   Airflow in the background
migrate                                     bring both databases to this version
day                                         let a working day pass in the sandbox tenant
psql [--sql STATEMENT]                      open the PeopleGoal database, whichever the connection names
run COMMAND...                              run a command in the set-up's environment, its databases running
clean                                       stop everything and delete the set-up's folder
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from entra_sync.errors import EntraSyncError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except EntraSyncError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    from entra_sync.local.sync import add_arguments

    parser = argparse.ArgumentParser(prog="python -m entra_sync.local", description="The set-up on one machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sync = commands.add_parser("sync", help="run the account's DAG once and print the summary")
    add_arguments(sync)
    sync.set_defaults(run=_sync)
    for name, run, text in (
        ("up", _up, "start Airflow in the background"),
        ("down", _down, "stop what up started"),
        ("migrate", _migrate, "bring both databases to this version"),
        ("day", _day, "let a working day pass in the sandbox tenant"),
        ("clean", _clean, "stop everything and delete the set-up's folder"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    psql = commands.add_parser("psql", help="open the PeopleGoal database")
    psql.add_argument("--sql", help="run this and end")
    psql.set_defaults(run=_psql)
    command = commands.add_parser("run", help="run a command in the set-up's environment, its databases running")
    command.add_argument("command", nargs=argparse.REMAINDER)
    command.set_defaults(run=_run)
    return parser


def _sync(arguments: argparse.Namespace) -> int:
    from entra_sync.local.sync import sync

    return sync(
        account=arguments.account,
        mode=arguments.mode,
        dry_run=arguments.dry_run,
        day=arguments.date,
        scenario=arguments.scenario,
    )


def _up(arguments: argparse.Namespace) -> int:
    from entra_sync.local.services import up

    return up()


def _down(arguments: argparse.Namespace) -> int:
    from entra_sync.local.services import down

    return down()


def _migrate(arguments: argparse.Namespace) -> int:
    from entra_sync.local.setup import adopt, connections, open_setup, prepare_databases

    setup = open_setup()
    with setup.server, connections(setup, []):
        adopt(setup.environ)
        prepare_databases(setup, print)
    print("Both databases are up to date.")
    return 0


def _day(arguments: argparse.Namespace) -> int:
    from entra_sync.local.processes import python_module
    from entra_sync.local.setup import open_setup

    setup = open_setup()
    return _wait(python_module("sandbox", "day", "--state", str(setup.local.sandbox)), setup.environ)


def _psql(arguments: argparse.Namespace) -> int:
    from entra_sync.local.setup import adopt, connections, open_setup

    setup = open_setup()
    with setup.server, connections(setup, []):
        adopt(setup.environ)
        from entra_sync.airflow.connections import database_url
        from entra_sync.local.psql import psql

        return _wait(*psql(setup.server.place.programs, database_url(), arguments.sql))


def _run(arguments: argparse.Namespace) -> int:
    from entra_sync.local.setup import adopt, connections, open_setup, prepare_airflow

    setup = open_setup()
    with setup.server, connections(setup):
        if not setup.given.get("AIRFLOW_CONN_PEOPLEGOAL_DB"):
            adopt(setup.environ)
            prepare_airflow(setup, lambda text: print(text, file=sys.stderr))
        return _wait(arguments.command, setup.environ)


def _clean(arguments: argparse.Namespace) -> int:
    from entra_sync.errors import ConfigurationError
    from entra_sync.local.services import down
    from entra_sync.local.setup import open_setup

    down()
    setup = open_setup()
    if not setup.server.stop_unused():
        raise ConfigurationError("The database server is in use.", hint="Wait for the sync that is under way.")
    for folder in {setup.server.place.home, setup.server.place.socket, setup.local.folder}:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Deleted {setup.local.folder}.")
    return 0


def _wait(command: list[str], environ: dict[str, str]) -> int:
    """Run a command; Ctrl-C is its own affair, SIGTERM is passed on."""
    with subprocess.Popen(command, env=environ) as child:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, frame: child.terminate())
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())
