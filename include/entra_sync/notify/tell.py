"""Tells each receiver what is news for it, and writes down what was sent.

A notice is noted after it was sent: a crash between the two tells twice, never not at all. One process at a time
tells of an account. A receiver that fails does not keep the others from being told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from entra_sync.config.quarantine import Quarantine
from entra_sync.db import Connection, connect, statement
from entra_sync.notify.credential import Credential
from entra_sync.notify.news import Account, Question, Told, news
from entra_sync.notify.nights import Night, nights_of
from entra_sync.notify.quarantine import Quarantined, quarantine
from entra_sync.notify.texts import Words, week_words, words
from entra_sync.notify.week import due, key_of, week_of

log = logging.getLogger("entra_sync")

# Notices of one receiver that are looked at: years of them.
REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True)
class Notice:
    """How to tell: ``send(receiver, words)`` raises when it was not taken; ``link(run_id)`` is the page's address."""

    account: str
    name: str
    zone: str
    receivers: Sequence[str]
    send: Callable[[str, Words], None]
    link: Callable[[int | None], str]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a night failed before it had a row: an issue code."""

    code: str
    at: datetime


def tell(
    database_url: str,
    notice: Notice,
    *,
    now: datetime,
    rule: Quarantine | None,
    credential: Credential | None = None,
    failure: Failure | None = None,
) -> list[str]:
    """Tell all receivers what is news. Gives those that failed: ``receiver: kind of error``."""
    failed: list[str] = []
    with _alone(database_url, notice) as (connection, account_id):
        account = _account(connection, account_id, notice, rule, credential, failure)
        for receiver in notice.receivers:
            for item in news(account, _told(connection, account_id, receiver), now):
                said = words(account, item, notice.link, now)
                noted = {"kind": item.kind, "key": item.key, "run_id": item.run_id}
                failed += _send(connection, account_id, notice, receiver, said, noted | {"told_at": now})
    return failed


def tell_week(database_url: str, notice: Notice, *, now: datetime) -> list[str]:
    """Tell all receivers the newest week that is due and that they were not told. Gives those that failed."""
    failed: list[str] = []
    monday = due(now, notice.zone)
    key = key_of(monday)
    with _alone(database_url, notice) as (connection, account_id):
        week = week_of(connection, account_id, monday, notice.zone)
        for receiver in notice.receivers if week else ():
            told = _told(connection, account_id, receiver)
            if week and not any(one.kind == "weekly" and one.key == key for one in told):
                noted = {"kind": "weekly", "key": key, "run_id": None, "told_at": now}
                said = week_words(notice.name, week, notice.link(None))
                failed += _send(connection, account_id, notice, receiver, said, noted)
    return failed


def in_quarantine(database_url: str, account: str, rule: Quarantine | None, zone: str) -> Quarantined | None:
    """Whether an account is in quarantine now; an account without runs is not."""
    with connect(database_url) as connection:
        found = connection.execute(statement("record/find_account"), {"slug": account}).fetchone()
        return quarantine_of(connection, found["id"], rule, zone) if found else None


def quarantine_of(connection: Connection, account_id: int, rule: Quarantine | None, zone: str) -> Quarantined | None:
    """The same of an account that has a row."""
    return quarantine(nights_of(connection, account_id), rule, zone)


def skip_night(
    database_url: str, account: str, dag_run_id: str, rule: Quarantine | None, zone: str, *, now: datetime
) -> Quarantined | None:
    """Write down that a scheduled night is left out, and why; None when it has to work."""
    found = in_quarantine(database_url, account, rule, zone)
    if found is None or now.astimezone(ZoneInfo(zone)).date() >= found.next_try:
        return None
    with connect(database_url) as connection:
        (row,) = connection.execute(statement("record/find_account"), {"slug": account}).fetchall()
        night = {"account_id": row["id"], "dag_run_id": dag_run_id, "reason": found.reason, "skipped_at": now}
        connection.execute(statement("notify/skip_night"), night)
    return found


@contextmanager
def _alone(database_url: str, notice: Notice) -> Iterator[tuple[Connection, int]]:
    # The lock is that of a transaction of its own: what was told is committed notice by notice.
    with connect(database_url) as locking, connect(database_url) as connection:
        found = connection.execute(statement("record/find_account"), {"slug": notice.account}).fetchone()
        if found is None:
            # An account whose file never passed has no row yet.
            row = {"slug": notice.account, "name": notice.name}
            connection.execute(statement("record/ensure_account"), row)
            (found,) = connection.execute(statement("record/find_account"), row).fetchall()
        connection.commit()
        locking.execute(statement("notify/lock"), {"account_id": found["id"]})
        yield connection, found["id"]


def _account(
    connection: Connection,
    account_id: int,
    notice: Notice,
    rule: Quarantine | None,
    credential: Credential | None,
    failure: Failure | None,
) -> Account:
    key = {"account_id": account_id}
    nights = nights_of(connection, account_id)
    state = connection.execute(statement("notify/state"), key).fetchone()
    questions = connection.execute(statement("notify/open_decisions"), key).fetchall()
    found = quarantine(nights, rule, notice.zone)
    if failure is not None:
        nights = [_unopened(failure), *nights]
        found = None
    return Account(
        slug=notice.account,
        name=notice.name,
        nights=nights,
        questions=[Question(**row) for row in questions],
        quarantined=found,
        credential=credential,
        shown=state["applied_as_of"] if state else None,
    )


def _unopened(failure: Failure) -> Night:
    return Night(
        id=None,
        status="failed",
        error_code=failure.code,
        error_step="open",
        error_message=None,
        started_at=failure.at,
        finished_at=failure.at,
    )


def _told(connection: Connection, account_id: int, receiver: str) -> list[Told]:
    key = {"account_id": account_id, "receiver": receiver, "limit": REMEMBERED}
    return [Told(**row) for row in connection.execute(statement("notify/told"), key).fetchall()]


def _send(
    connection: Connection,
    account_id: int,
    notice: Notice,
    receiver: str,
    said: Words,
    noted: Mapping[str, object],
) -> list[str]:
    try:
        notice.send(receiver, said)
    except Exception as error:
        # Whatever the receiver's library raises, its text may quote an address with a token in it.
        problem = f"{receiver}: {type(error).__name__}"
        log.warning("step=tell account=%s kind=%s not_told=%r", notice.account, noted["kind"], problem)
        return [problem]
    connection.execute(statement("notify/note"), {"account_id": account_id, "receiver": receiver, **noted})
    connection.commit()
    log.info("step=tell account=%s kind=%s receiver=%s", notice.account, noted["kind"], receiver)
    return []
