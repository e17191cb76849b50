"""``entra-sync``: the tool for people. It calls the functions that the DAG calls; ``--json`` is for programs.

    entra-sync accounts check      read every account file and say what is wrong
    entra-sync accounts schema     the JSON Schema of account files, for editors
    entra-sync doctor              try connection, permissions, database and store; say what to do about each
    entra-sync history             the latest runs
    entra-sync explain PERSON      why somebody is in PeopleGoal as they are: one person's night, from what is stored
    entra-sync preview             whom and which fields an account file would change, by name; writes nothing
    entra-sync decisions           what limits withheld, and waits for an answer: list, show, approve, reject
    entra-sync migrate             bring the PeopleGoal database to the schema of this release
    entra-sync roles               make the database roles that may do what nights and the page need, and no more
    entra-sync undo RUN            take back what a run did, where nobody has changed it since
    entra-sync forget PERSON       erase what is kept of somebody who has left

Exit status: 0 all well, 1 something is wrong, 2 the command itself was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from entra_sync import __version__
from entra_sync.errors import EntraSyncError

# The largest bigint of PostgreSQL.
LARGEST = 2**63 - 1
KINDS = ("too_many_deactivations", "too_many_creations", "too_much_team_loss")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except EntraSyncError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        from entra_sync.cli.trouble import of_the_database

        words = of_the_database(error, arguments.command)
        if words is None:
            raise
        print(f"error: {words}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="entra-sync", description="Microsoft Entra ID to PeopleGoal.")
    made.add_argument("--version", action="version", version=__version__)
    commands = made.add_subparsers(required=True, metavar="COMMAND", dest="command")

    accounts = commands.add_parser("accounts", help="look at the account files")
    actions = accounts.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="read every account file and say what is wrong")
    _json(check)
    check.set_defaults(run=_accounts_check)
    schema = actions.add_parser("schema", help="print the JSON Schema of account files, for editors")
    schema.set_defaults(run=_accounts_schema)

    doctor = commands.add_parser("doctor", help="try connection, permissions, database and store")
    doctor.add_argument("--account", help="only this account (default: every account file)")
    _json(doctor)
    doctor.set_defaults(run=_doctor)

    commands.add_parser("migrate", help="bring the PeopleGoal database to this release").set_defaults(run=_migrate)

    commands.add_parser("roles", help="make the database roles of least privilege").set_defaults(run=_roles)

    history = commands.add_parser("history", help="the latest runs")
    history.add_argument("--account", help="only this account")
    history.add_argument("--limit", type=_positive, default=20, help="how many runs (default: 20)")
    _json(history)
    history.set_defaults(run=_history)

    explain = commands.add_parser("explain", help="one person's night: what Entra said, and what became of it")
    explain.add_argument(
        "person",
        metavar="PERSON",
        help="e-mail address, user principal name or object id; - reads it from the input",
    )
    explain.add_argument(
        "--run",
        type=_positive,
        dest="run_id",
        metavar="N",
        help="which run (default: the newest one whose snapshot is kept)",
    )
    explain.add_argument("--account", help="which account (default: the only one)")
    _json(explain)
    explain.set_defaults(run=_explain)

    preview = commands.add_parser("preview", help="the plan that an account file would cause; writes nothing")
    preview.add_argument("--account", help="which account (default: the only one)")
    preview.add_argument("--config", type=Path, metavar="FILE", help="another account file than the one in use")
    preview.add_argument("--limit", type=_positive, help="how many people are named (default: 50; with --json: all)")
    _json(preview)
    preview.set_defaults(run=_preview)

    decisions = commands.add_parser("decisions", help="what limits withheld: list, show, approve once, reject")
    decisions.add_argument("--account", help="only this account")
    decisions.add_argument("--all", action="store_true", dest="every", help="also those that were answered")
    _json(decisions)
    decisions.set_defaults(run=_decisions)
    choices = decisions.add_subparsers(metavar="ACTION")
    for action, help_text in (
        ("show", "name whom a run holds"),
        ("approve", "let the next run apply, once, what a run holds"),
        ("reject", "leave what a run holds as it is"),
    ):
        choice = choices.add_parser(action, help=help_text)
        choice.add_argument("run_id", type=_positive, metavar="RUN", help="the run's number, as history shows it")
        choice.add_argument("--kind", choices=KINDS, help="only this limit (default: all that the run holds)")
        # Without it the default would undo what `decisions --json show` has set.
        _json(choice, default=argparse.SUPPRESS)
        choice.set_defaults(run=_decision, action=action)

    undo = commands.add_parser("undo", help="take back what a run did, where nobody has changed it since")
    undo.add_argument("run_id", type=_positive, metavar="RUN", help="the run's number, as history shows it")
    undo.add_argument("--account", help="refuse a run of another account than this one")
    undo.add_argument("--dry-run", action="store_true", help="only record what would go back; change nobody")
    _json(undo)
    undo.set_defaults(run=_undo)

    forget = commands.add_parser("forget", help="erase what is kept of somebody who has left, for good")
    forget.add_argument("person", metavar="PERSON", help="object id or e-mail address; - reads it from the input")
    forget.add_argument("--account", help="which account (default: the only one)")
    forget.add_argument("--yes", action="store_true", dest="confirmed", help="do not ask once more")
    _json(forget)
    forget.set_defaults(run=_forget)
    return made


def _json(command: argparse.ArgumentParser, default: bool | str = False) -> None:
    command.add_argument("--json", action="store_true", default=default, help="print JSON for a program")


def _positive(text: str) -> int:
    """At least 1, and a number that PostgreSQL can hold."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    if number > LARGEST:
        raise argparse.ArgumentTypeError(f"at most {LARGEST}")
    return number


# Imported when asked for: Airflow, which holds the Connections, takes seconds to import.


def _accounts_check(arguments: argparse.Namespace) -> int:
    from entra_sync.cli.accounts import check_accounts

    return check_accounts(as_json=arguments.json)


def _accounts_schema(_: argparse.Namespace) -> int:
    from entra_sync.config.schema import schema_text

    print(schema_text(), end="")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.doctor import examine

        return examine(account=arguments.account, as_json=arguments.json)


def _migrate(_: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.migrate import bring_up_to_date

        return bring_up_to_date()


def _roles(_: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.migrate import make_roles

        return make_roles()


def _history(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.history import print_history

        return print_history(account=arguments.account, limit=arguments.limit, as_json=arguments.json)


def _explain(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.explain import print_explanation

        return print_explanation(
            arguments.person, account=arguments.account, run_id=arguments.run_id, as_json=arguments.json
        )


def _preview(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.preview import print_preview

        return print_preview(
            account=arguments.account, file=arguments.config, limit=arguments.limit, as_json=arguments.json
        )


def _decisions(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.decisions import print_decisions

        return print_decisions(account=arguments.account, every=arguments.every, as_json=arguments.json)


def _decision(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.decisions import decide

        return decide(
            arguments.action,
            arguments.run_id,
            account=arguments.account,
            kind=arguments.kind,
            as_json=arguments.json,
        )


def _undo(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.undo import print_undo

        return print_undo(
            arguments.run_id, account=arguments.account, dry_run=arguments.dry_run, as_json=arguments.json
        )


def _forget(arguments: argparse.Namespace) -> int:
    with _connections():
        from entra_sync.cli.forget import print_forget

        return print_forget(
            arguments.person, account=arguments.account, confirmed=arguments.confirmed, as_json=arguments.json
        )


def _connections() -> AbstractContextManager[None]:
    """Airflow's Connections: of the Airflow that is configured, else of this checkout's set-up."""
    from entra_sync.local.inside import set_up

    return set_up()
