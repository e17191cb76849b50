"""``doctor``: every part that a night needs, a line each; the checks are in ``entra_sync.doctor``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from entra_sync.airflow.accounts import account_dags, accounts_folder
from entra_sync.airflow.connections import database_url, entra_parts, store_uri
from entra_sync.config.account import AccountConfig, load_account
from entra_sync.config.connection import check_fields, read_connection
from entra_sync.doctor import Finding, examine_database, examine_store, examine_tenant
from entra_sync.doctor.entra import examine_fields
from entra_sync.errors import ConfigurationError, EntraSyncError

SIGNS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def examine(*, account: str | None, as_json: bool) -> int:
    """Print every finding as it is made; 1 when one of them is a failure."""
    findings = []
    for finding in _all(account):
        findings.append(finding)
        if not as_json:
            print("\n".join(_lines(finding)), flush=True)
    if as_json:
        print(json.dumps([asdict(finding) | {"ok": finding.level == "ok"} for finding in findings], indent=2))
    return 1 if any(finding.level == "fail" for finding in findings) else 0


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{SIGNS[finding.level]}  {finding.tried}: {finding.found}"
    if finding.level != "ok":
        if finding.advice:
            yield f"      -> {finding.advice}"
        if finding.step:
            yield f"         {finding.step}"


def _all(account: str | None) -> Iterator[Finding]:
    entries = [entry for entry in account_dags(accounts_folder()) if account in (None, entry.account)]
    if not entries:
        raise ConfigurationError(f"There is no account file for {account or 'any account'} in {accounts_folder()}.")
    for entry in entries:
        if entry.problem:
            yield Finding(tried=f"account file {entry.path.name}", level="fail", found=entry.problem)
        else:
            yield from _account(load_account(entry.path))
    yield from _place(lambda: examine_database(database_url()))
    yield examine_store(store_uri())


def _account(account: AccountConfig) -> Iterator[Finding]:
    tried = f"account file of {account.account}"
    yield Finding(tried=tried, level="ok", found=f"{account.name}, DAG {account.dag_id}")
    try:
        parts = entra_parts(account)
    except EntraSyncError as error:
        tried = f"{account.account}: connection {account.connection_id}"
        yield Finding(tried=tried, level="fail", found=error.message, advice=error.hint)
        return
    problems = check_fields(account.connection_id, **parts)
    yield from examine_fields(account.account, problems)
    if any(problems.values()):
        return
    try:
        connection = read_connection(account.connection_id, **parts)
    except EntraSyncError as error:
        tried = f"{account.account}: further fields"
        yield Finding(tried=tried, level="fail", found=error.message, advice=error.hint)
        return
    yield from examine_tenant(account, connection)


def _place(examine: Callable[[], Finding]) -> Iterator[Finding]:
    """The database's connection may be missing itself."""
    try:
        yield examine()
    except EntraSyncError as error:
        tried = "PeopleGoal database (peoplegoal_db)"
        yield Finding(tried=tried, level="fail", found=error.message, advice=error.hint)
