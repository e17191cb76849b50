"""Airflow Connections to the package's own typed configuration. Never called while a DAG file is parsed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from entra_sync.airflow.connections_file import ConnectionsFile
from entra_sync.config.connection import EntraConnection, read_connection
from entra_sync.errors import ConfigurationError
from entra_sync.store import sign_in

if TYPE_CHECKING:
    from entra_sync.config.account import AccountConfig

DATABASE_CONNECTION = "peoplegoal_db"
# Logins with more and with fewer rights, where there are any: docs/security.md.
OWNER_CONNECTION, PAGE_CONNECTION = "peoplegoal_owner", "peoplegoal_page"
ENTRA_TYPES = ("entra_id", "msgraph")


def get_connection(connection_id: str) -> Connection:
    """Fetch a Connection. Raises ConfigurationError that says how to add it, or that their file cannot be read."""
    try:
        connection: Connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        if ConnectionsFile.problem is not None:
            raise ConnectionsFile.problem from None
        raise ConfigurationError(
            f"The Airflow connection {connection_id} does not exist.",
            hint=f"Add it where your connections lie (docs/secrets.md), or set AIRFLOW_CONN_{connection_id.upper()}.",
        ) from None
    return connection


def entra_connection(account: AccountConfig) -> EntraConnection:
    """The account's Entra connection, its four fields checked. Raises ConnectionFieldError or ConfigurationError."""
    return read_connection(account.connection_id, **entra_parts(account))


def entra_parts(account: AccountConfig) -> dict[str, Any]:
    """Login, password and extra of the account's Entra connection as they are. Raises ConfigurationError."""
    connection = get_connection(account.connection_id)
    if connection.conn_type not in ENTRA_TYPES:
        raise ConfigurationError(
            f"The connection {account.connection_id} has the type {connection.conn_type!r}.",
            hint="Its type must be entra_id (Microsoft Entra ID) or msgraph.",
        )
    return _parts(connection)


def typed(connection: Connection) -> EntraConnection:
    """Check the parts of an Entra connection of either type."""
    return read_connection(connection.conn_id or "entra", **_parts(connection))


def _parts(connection: Connection) -> dict[str, Any]:
    return {"login": connection.login, "password": connection.password, "extra": connection.extra_dejson}


def owner_url() -> str:
    """The PeopleGoal database for who migrates it: by ``peoplegoal_owner``, without that by ``peoplegoal_db``."""
    return database_url(OWNER_CONNECTION if _is_there(OWNER_CONNECTION) else DATABASE_CONNECTION)


def page_url() -> str:
    """The PeopleGoal database for the page: by ``peoplegoal_page``, without that by ``peoplegoal_db``."""
    return database_url(PAGE_CONNECTION if _is_there(PAGE_CONNECTION) else DATABASE_CONNECTION)


def _is_there(connection_id: str) -> bool:
    try:
        Connection.get(connection_id)
    except AirflowNotFoundException:
        return False
    return True


def database_url(connection_id: str = DATABASE_CONNECTION) -> str:
    """The PeopleGoal database as ``postgresql://`` URL; a host that begins with ``/`` is a socket folder."""
    connection = get_connection(connection_id)
    # A URI may name a driver as well, as SQLAlchemy writes it: postgresql+psycopg2.
    if (connection.conn_type or "").partition("+")[0] not in ("postgres", "postgresql"):
        raise ConfigurationError(
            f"The connection {connection_id} has the type {connection.conn_type!r}.",
            hint="PeopleGoal's database is PostgreSQL: its type must be postgres.",
        )
    options = {key: str(value) for key, value in connection.extra_dejson.items()}
    host = connection.host or ""
    if host.startswith("/"):
        options["host"], host = host, ""
    # libpq takes a blank as %20 only, and quotes the whole login, password and all, where it refuses one.
    login, password = (quote(part or "", safe="") for part in (connection.login, connection.password))
    who = f"{login}:{password}@" if login and password else f"{login}@" if login else ""
    where = f"[{host}]" if ":" in host else host
    port = f":{connection.port}" if connection.port else ""
    database = quote(connection.schema or "peoplegoal", safe="")
    asked = f"?{urlencode(options, quote_via=quote, safe='')}" if options else ""
    return f"postgresql://{who}{where}{port}/{database}{asked}"


def store_uri() -> str:
    """Root of the store; see ``entra_sync.store``.

    ``abfs://<connection>@<container>/<path>``, as Airflow's ObjectStoragePath has it: the connection signs in, and does
    not stand in what is returned. Raises ConfigurationError when Airflow knows no such connection or file system.
    """
    uri = os.environ.get("ENTRA_SYNC_STORE") or ".local/store"
    protocol, is_uri, place = uri.partition("://")
    connection, has_connection, bare = place.partition("/")[0].rpartition("@")
    if not is_uri or not has_connection:
        return uri
    from airflow.sdk import ObjectStoragePath

    get_connection(connection)
    try:
        options = ObjectStoragePath(uri).fs.storage_options
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"ENTRA_SYNC_STORE: Airflow cannot open {protocol}:// with a connection: {type(error).__name__}.",
            hint=f"Install Airflow's provider for {protocol}, or give the credentials in the environment.",
        ) from None
    sign_in(protocol, options)
    return f"{protocol}://{bare}{place[len(connection) + 1 + len(bare) :]}"
