"""Which accounts there are, and which of them have an Entra connection of their own."""

from __future__ import annotations

from collections.abc import MutableMapping
from importlib.resources import files

import psycopg

from entra_sync.airflow.accounts import AccountDag, account_dags, accounts_folder
from entra_sync.errors import ConfigurationError
from entra_sync.local.environment import entra_spelling, entra_variable
from entra_sync.local.postgres import Postgres


def find_account(slug: str) -> AccountDag:
    """The account of this name. Raises ConfigurationError that lists those that there are, or says what is wrong."""
    entries = account_dags(accounts_folder())
    for entry in entries:
        if entry.account == slug:
            if entry.problem:
                raise ConfigurationError(entry.problem)
            return entry
    names = ", ".join(sorted(entry.account for entry in entries)) or "none"
    raise ConfigurationError(
        f"There is no account {slug!r} in {accounts_folder()}.",
        hint=f"Accounts there: {names}. Choose with ACCOUNT=...",
    )


def without_connection(environ: MutableMapping[str, str], server: Postgres) -> list[str]:
    """The accounts that have no Entra connection: neither in the environment nor stored in Airflow by its UI.

    A connection that a shell could only export with ``_`` for ``-`` is given the name that Airflow looks for.
    """
    missing = []
    for entry in account_dags(accounts_folder()):
        variable = entra_variable(entry.account)
        exported = environ.get(variable) or environ.get(entra_spelling(entry.account))
        if exported:
            environ[variable] = exported
        elif not stored_in_airflow(f"entra_{entry.account}", server):
            missing.append(entry.account)
    return missing


def stored_in_airflow(connection_id: str, server: Postgres) -> bool:
    """Whether somebody added this connection in Airflow's UI; the environment would hide it."""
    query = files("entra_sync.local").joinpath("stored_connection.sql").read_bytes()
    with psycopg.connect(server.url("airflow")) as connection:
        try:
            row = connection.execute(query, {"connection_id": connection_id}).fetchone()
        except psycopg.errors.UndefinedTable:  # Airflow has not been set up yet
            return False
    return row is not None
