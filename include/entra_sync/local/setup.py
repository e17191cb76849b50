"""One set-up, opened: its folder, its database server, and the environment that everything in it runs with."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from entra_sync.errors import ConfigurationError
from entra_sync.local.accounts import stored_in_airflow, without_connection
from entra_sync.local.dotenv import apply_env_file
from entra_sync.local.environment import DATABASE_VARIABLE, airflow_environment, entra_variable
from entra_sync.local.locks import exclusive
from entra_sync.local.paths import Local, open_local, project_root
from entra_sync.local.postgres import Postgres
from entra_sync.local.sandbox import Sandbox

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Setup:
    """The folder, the server and the environment. ``given`` is what the person set: environment and ``.env``."""

    local: Local
    server: Postgres
    given: dict[str, str]
    environ: dict[str, str]


def open_setup() -> Setup:
    """Open the set-up that the environment names; nothing is started.

    From here on this process works in the checkout, and keeps for its user what it writes.
    """
    os.chdir(project_root())
    apply_env_file()
    given = dict(os.environ)
    local = open_local(given)
    os.umask(0o077)
    server = Postgres(local.postgres)
    with exclusive(local.file("setup.lock")):
        environ = airflow_environment(given, local, server)
    return Setup(local=local, server=server, given=given, environ=environ)


@contextmanager
def connections(setup: Setup, accounts: list[str] | None = None) -> Iterator[Sandbox | None]:
    """Complete the environment by the connections that nobody configured; the server must run.

    Accounts (all, or those named) without an Entra connection get the sandbox tenant, which runs meanwhile. A
    connection that was added in Airflow's UI counts as configured: a variable would hide it.
    """
    if not setup.given.get(DATABASE_VARIABLE) and stored_in_airflow("peoplegoal_db", setup.server):
        setup.environ.pop(DATABASE_VARIABLE, None)
    missing = without_connection(setup.environ, setup.server)
    wanted = [account for account in missing if accounts is None or account in accounts]
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(setup.local, setup.given)) if wanted else None
        for account in wanted:
            assert sandbox is not None
            setup.environ[entra_variable(account)] = sandbox.connection()
        yield sandbox


def adopt(environ: dict[str, str]) -> None:
    """Make this the process's own environment; before Airflow is imported."""
    os.environ.clear()
    os.environ.update(environ)


def prepare_databases(setup: Setup, say: Say) -> str:
    """Bring both databases to this version; quick when they are. Gives the PeopleGoal database's URL.

    The process must have adopted the set-up's environment. Raises ConfigurationError.
    """
    prepare_airflow(setup, say)
    return prepare_peoplegoal()


def prepare_airflow(setup: Setup, say: Say) -> None:
    """Create or migrate Airflow's metadata database, once per version of Airflow."""
    from airflow import __version__

    # In the data folder, so that it goes when the data goes.
    stamp = setup.server.place.data / "entra_sync.airflow_version"
    if _says(stamp, __version__):
        return
    with exclusive(setup.local.file("airflow.migrate.lock")):
        if _says(stamp, __version__):
            return
        say("Setting up Airflow's database (once)")
        from airflow.utils import db

        logging.disable(logging.INFO)
        try:
            db.upgradedb()
        finally:
            logging.disable(logging.NOTSET)
        stamp.write_text(__version__)


def prepare_peoplegoal() -> str:
    """Migrate the database that the connection ``peoplegoal_db`` names. Gives its URL."""
    from entra_sync.airflow.connections import database_url
    from entra_sync.migrations import migrate

    url = database_url()
    try:
        migrate(url)
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"The PeopleGoal database cannot be used: {error}".strip(),
            hint=f"The connection peoplegoal_db ({DATABASE_VARIABLE}) says where it is.",
        ) from None
    return url


def _says(stamp: Path, version: str) -> bool:
    try:
        return stamp.read_text() == version
    except FileNotFoundError:
        return False
