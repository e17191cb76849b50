"""The database and the store: reachable, of this version, writable."""

from __future__ import annotations

import uuid

import psycopg

from entra_sync import migrations
from entra_sync.db import connect, statement
from entra_sync.doctor.findings import Finding, attempt
from entra_sync.errors import ConfigurationError
from entra_sync.store import Store, open_private


def examine_database(url: str) -> Finding:
    """Reachable, migrated, writable; nothing is written."""
    return attempt("PeopleGoal database (peoplegoal_db)", lambda: _database(url))


def examine_store(uri: str) -> Finding:
    """A file is written and removed again."""
    return attempt("store (ENTRA_SYNC_STORE)", lambda: _store(uri))


def _database(url: str) -> str:
    try:
        waiting = migrations.pending(url)
        if waiting:
            raise ConfigurationError(
                f"{len(waiting)} migrations are not applied.",
                hint="Run `entra-sync migrate`; in a checkout `make migrate`.",
            )
        with connect(url) as connection:
            (found,) = connection.execute(statement("doctor/may_write")).fetchall()
            connection.rollback()
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"cannot be reached: {str(error).splitlines()[0]}.",
            hint="Check host, port, user and password of the connection peoplegoal_db.",
        ) from None
    except psycopg.Error as error:
        # Without an answer of the server the text may hold the connection's own parts.
        raise ConfigurationError(
            f"cannot be read: {error.diag.message_primary or 'the connection is malformed'}.",
            hint="Check the connection peoplegoal_db, and grant its role usage of the schemas peoplegoal and sync.",
        ) from None
    if found["read_only"]:
        raise ConfigurationError("is read-only.", hint="Point peoplegoal_db at the primary server, not at a replica.")
    if found["is_sync"] and found["refused"]:
        # The role of least privilege may write columns of most tables, and no table as a whole.
        if not found["unread"]:
            return f"reachable, migrated, {found['tables']} tables, with the rights of peoplegoal_sync"
        raise ConfigurationError(
            f"The role peoplegoal_sync lacks rights on {found['unread']} of {found['tables']} tables.",
            hint="Run `entra-sync migrate` by the connection peoplegoal_owner: it gives what this release needs.",
        )
    if found["refused"]:
        raise ConfigurationError(
            f"The role may not write {found['refused']} of {found['tables']} tables.",
            hint="Make its login a member of peoplegoal_sync (`entra-sync roles`), or grant it the schemas' tables.",
        )
    return f"reachable, migrated, {found['tables']} tables writable"


def _store(uri: str) -> str:
    try:
        root = Store.at(uri).root
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"cannot be opened: {type(error).__name__}.",
            hint="ENTRA_SYNC_STORE is a folder, or an address that fsspec opens (its driver must be installed).",
        ) from None
    probe = root / f".probe-{uuid.uuid4().hex}"
    try:
        with open_private(probe) as file:
            file.write(b"probe")
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"{root} cannot be written: {error.strerror or type(error).__name__}.",
            hint="Give the folder to the user that Airflow runs as, or set ENTRA_SYNC_STORE.",
        ) from None
    return f"{root} can be written"
