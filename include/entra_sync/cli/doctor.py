"""``doctor``: tries every part that a night needs, one line each: what was tried, what was found, what to do.

Reads one user and one group at most; the database is asked, not changed; the store gets a file that is removed again.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import psycopg

from entra_sync import migrations
from entra_sync.airflow.accounts import account_dags, accounts_folder
from entra_sync.airflow.connections import database_url, entra_connection, store_uri
from entra_sync.airflow.hook import PROBES
from entra_sync.config.account import AccountConfig, load_account
from entra_sync.errors import ConfigurationError, EntraSyncError
from entra_sync.extract.calls import Call
from entra_sync.extract.client import GraphClient
from entra_sync.extract.retry import RetryPolicy
from entra_sync.store import Store, open_private


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was tried. ``advice`` says what to do when it is not ok."""

    tried: str
    ok: bool
    found: str
    advice: str | None = None


def examine(*, account: str | None, as_json: bool) -> int:
    """Print every finding; 1 when one is not ok."""
    findings = list(_all(account))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.tried}: {finding.found}")
            if finding.advice:
                print(f"      -> {finding.advice}")
    return 0 if all(finding.ok for finding in findings) else 1


def _all(account: str | None) -> Iterator[Finding]:
    entries = [entry for entry in account_dags(accounts_folder()) if account in (None, entry.account)]
    if not entries:
        raise ConfigurationError(f"There is no account file for {account or 'any account'} in {accounts_folder()}.")
    for entry in entries:
        if entry.problem:
            yield Finding(tried=f"account file {entry.path.name}", ok=False, found=entry.problem)
        else:
            yield from _account(load_account(entry.path))
    yield _try("PeopleGoal database (peoplegoal_db)", _database)
    yield _try("store (ENTRA_SYNC_STORE)", _store)


def _account(account: AccountConfig) -> Iterator[Finding]:
    yield Finding(tried=f"account file of {account.account}", ok=True, found=f"{account.name}, DAG {account.dag_id}")
    yield _try(f"connection {account.connection_id}", partial(_fields, account))
    for call in PROBES:
        yield _try(f"{account.account}: sign in and read with {call.permission}", partial(_read, account, call))


def _fields(account: AccountConfig) -> str:
    entra_connection(account)
    return "Client ID, Client Secret, Client Tenant and Client URI are well-formed"


def _read(account: AccountConfig, call: Call) -> str:
    connection = entra_connection(account)

    async def read() -> int:
        async with GraphClient(connection, retry=RetryPolicy(attempts=2)) as client:
            return len((await client.get(call)).get("value", []))

    rows = asyncio.run(read())
    return "granted" if rows else "granted, but the answer is empty"


def _database() -> str:
    url = database_url()
    try:
        waiting = migrations.pending(url)
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"cannot be reached: {str(error).splitlines()[0]}.",
            hint="Check host, port, user and password of the connection peoplegoal_db.",
        ) from None
    if waiting:
        raise ConfigurationError(f"{len(waiting)} migrations are not applied.", hint="Run `make migrate`.")
    return "reachable and migrated"


def _store() -> str:
    store = Store.at(store_uri())
    probe = store.root / f".probe-{uuid.uuid4().hex}"
    try:
        with open_private(probe) as file:
            file.write(b"probe")
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(f"{store.root} cannot be written: {error.strerror}.") from None
    return f"{store.root} can be written"


def _try(tried: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(tried=tried, ok=True, found=check())
    except EntraSyncError as error:
        return Finding(tried=tried, ok=False, found=error.message, advice=error.hint)
