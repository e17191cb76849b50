"""What a command works with: an account file, the database, a person."""

from __future__ import annotations

import sys
from pathlib import Path

from entra_sync import migrations
from entra_sync.airflow.accounts import AccountDag, account_dags, accounts_folder
from entra_sync.airflow.connections import database_url
from entra_sync.errors import ConfigurationError


def account_file(account: str | None) -> Path:
    """The file of this account; without a name the only one that there is. Raises ConfigurationError."""
    chosen = _chosen(account)
    if chosen.problem:
        raise ConfigurationError(chosen.problem)
    return chosen.path


def account_name(account: str | None) -> str:
    """The slug: as given, also of an account that has no file any more; else of the only file that there is."""
    return account or _chosen(None).account


def migrated_url() -> str:
    """URL of the PeopleGoal database. Raises ConfigurationError when it is not of this release."""
    url = database_url()
    if migrations.pending(url):
        raise ConfigurationError(
            "The PeopleGoal database is not migrated.", hint="Run `entra-sync migrate`; in a checkout `make migrate`."
        )
    return url


def person_named(wanted: str) -> str:
    """What names the person: as given, or with ``-`` a line of the input, which no list of processes shows."""
    if wanted != "-":
        return wanted
    if sys.stdin.isatty():
        print("Address or object id: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _chosen(account: str | None) -> AccountDag:
    folder = accounts_folder()
    entries = account_dags(folder)
    names = ", ".join(sorted(entry.account for entry in entries)) or "none"
    chosen = [entry for entry in entries if account in (None, entry.account)]
    if not chosen:
        raise ConfigurationError(f"There is no account {account!r} in {folder}.", hint=f"Accounts there: {names}.")
    if len(chosen) > 1:
        raise ConfigurationError("There are several accounts.", hint=f"Add --account and one of: {names}.")
    return chosen[0]
