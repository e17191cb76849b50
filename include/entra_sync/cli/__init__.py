"""``entra-sync``: the tool for people. It calls the functions that the DAG calls; ``--json`` is for programs.

    entra-sync accounts check      read every account file and say what is wrong
    entra-sync doctor              try connection, permissions, database and store; say what to do about each
    entra-sync history             the latest runs

Exit status: 0 all well, 1 something is wrong, 2 the command itself was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager

from entra_sync import __version__
from entra_sync.errors import EntraSyncError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except EntraSyncError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="entra-sync", description="Microsoft Entra ID to PeopleGoal.")
    made.add_argument("--version", action="version", version=__version__)
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    accounts = commands.add_parser("accounts", help="look at the account files")
    actions = accounts.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="read every account file and say what is wrong")
    _json(check)
    check.set_defaults(run=_accounts_check)

    doctor = commands.add_parser("doctor", help="try connection, permissions, database and store")
    doctor.add_argument("--account", help="only this account (default: every account file)")
    _json(doctor)
    doctor.set_defaults(run=_doctor)

    history = commands.add_parser("history", help="the latest runs")
    history.add_argument("--account", help="only this account")
    history.add_argument("--limit", type=int, default=20, help="how many runs (default: 20)")
    _json(history)
    history.set_defaults(run=_history)
    return made


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON for a program")


# Imported when asked for: Airflow, which holds the Connections, takes seconds to import.


def _accounts_check(arguments: argparse.Namespace) -> int:
    from entra_sync.cli.accounts import check_accounts

    return check_accounts(as_json=arguments.json)


def _doctor(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.doctor import examine

        return examine(account=arguments.account, as_json=arguments.json)


def _history(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.history import print_history

        return print_history(account=arguments.account, limit=arguments.limit, as_json=arguments.json)


def _connections() -> AbstractContextManager[None]:
    """Airflow's Connections: of the Airflow that is configured, else of this checkout's set-up."""
    from entra_sync.local.inside import set_up

    return set_up()
