"""Accounts that do not sync by themselves any more: their file does not pass, or they are in quarantine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entra_sync.airflow.accounts import read_account
from entra_sync.codes import CODES
from entra_sync.db import Connection
from entra_sync.notify import failing, quarantine_of
from entra_sync.web.auth import Account


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One account that needs somebody: ``what`` has happened, ``advice`` mends it; ``run_id`` is the last try."""

    account: Account
    what: str
    advice: str
    run_id: int | None = None


def troubles(connection: Connection, accounts: Sequence[Account]) -> list[Trouble]:
    """One for each account at most, in their order."""
    ids = [one.id for one in accounts if one.id is not None]
    failed = failing(connection, ids)
    return [found for one in accounts for found in _of(connection, one, failed=one.id in failed)]


def _of(connection: Connection, account: Account, *, failed: bool) -> Iterator[Trouble]:
    if account.problem:
        what = f"the account file does not pass, so no sync can start. {account.problem}"
        yield Trouble(account=account, what=what, advice="Correct the file; entra-sync accounts check reads it.")
    elif failed and account.file is not None and account.id is not None:
        found = quarantine_of(connection, account.id, read_account(str(account.file)).quarantine, account.zone.key)
        if found is not None:
            code = CODES.get(found.code, CODES["run_failed"])
            nights = "1 failed night" if found.nights == 1 else f"{found.nights} failed nights in a row"
            what = (
                f"in quarantine after {nights}, since {found.since:%-d %b %Y}. {code.title}. "
                f"Scheduled nights before {found.next_try:%-d %b %Y} are left out."
            )
            advice = f"{code.hint} Then press Run now: a good run ends the quarantine."
            yield Trouble(account=account, what=what, advice=advice, run_id=found.run_id)
