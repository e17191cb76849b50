"""One erasure: a run of the history of its own, under the account's lease.

Whoever was waited for may have brought the person back: they are looked up again under the lease. Then it is written
down that the person is to be forgotten, then files are rewritten, the database last: an erasure that breaks off is
found by the same name again, and the daily maintenance goes on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from entra_sync import record
from entra_sync.db import Connection, connect, statement
from entra_sync.forget.files import LABEL, TEAM_NAME, erase_files
from entra_sync.forget.person import Person, find_person, must_be_deactivated
from entra_sync.record.by_hand import open_by_hand
from entra_sync.record.lease import hold_lease
from entra_sync.record.runs import Run
from entra_sync.store import Store

log = logging.getLogger("entra_sync")

ROWS = ("issues", "changes", "team", "profile", "user")


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was erased: files by area (landing, checks, curated), rows by kind (as in ROWS)."""

    account: str
    entra_id: str
    run_id: int
    files: dict[str, int]
    rows: dict[str, int]


def forget(
    url: str,
    store: Store,
    person: Person,
    waiting: Callable[[], None] = lambda: None,
    *,
    by: str,
    wait_s: float = 600,
    poll_s: float = 2,
) -> Forgotten:
    """Erase the person for good. ``waiting`` is called once when another run has to be waited for.

    Done again it erases what is there again. Raises AccountBusy when the account does not get free, EntraSyncError when
    the person is not deactivated any more.
    """
    key = {"account_id": person.account_id, "entra_id": person.entra_id}
    with connect(url) as connection:
        run = open_by_hand(
            connection,
            account=person.account,
            name=person.account_name,
            kind="forget",
            wait_s=wait_s,
            poll_s=poll_s,
            waiting=waiting,
        )
        connection.execute(statement("forget/note_run"), {"run_id": run.id})
    try:
        with record.working(url, run, step="forget"):
            find_person(url, person.account, person.entra_id)
            with connect(url) as connection:
                connection.execute(statement("forget/ask"), key | {"by": by})
                addresses = connection.execute(statement("forget/addresses"), key).fetchall()
            files = erase_files(store, person.account, person.entra_id, [row["address"] for row in addresses])
            with connect(url) as connection:
                hold_lease(connection, run)
                # PeopleGoal itself may have brought them back while the files were rewritten.
                for row in connection.execute(statement("forget/lock"), key):
                    must_be_deactivated(row["status"])
                rows = _erase_rows(connection, person)
                connection.execute(statement("forget/finish"), key)
                _note(connection, run, is_nothing=not any([*files.values(), *rows.values()]))
                hold_lease(connection, run)
    finally:
        with connect(url) as connection:
            record.close_run(connection, person.account, run.dag_run_id, issues=None)
    counts = " ".join(f"{name}={number}" for name, number in (files | rows).items())
    log.info("step=forget run=%s account=%s %s", run.id, person.account, counts)
    return Forgotten(account=person.account, entra_id=person.entra_id, run_id=run.id, files=files, rows=rows)


def forget_unfinished(url: str, store: Store, account: str) -> list[Forgotten]:
    """Go on with what broke off. Raises as ``forget`` does."""
    with connect(url) as connection:
        found = connection.execute(statement("record/find_account"), {"slug": account}).fetchone()
        key = {"account_id": found["id"] if found else None}
        waiting = connection.execute(statement("forget/unfinished"), key).fetchall()
    return [
        forget(url, store, find_person(url, account, row["entra_id"]), by=row["asked_by"], wait_s=0) for row in waiting
    ]


def _erase_rows(connection: Connection, person: Person) -> dict[str, int]:
    values = {
        "account_id": person.account_id,
        "entra_id": person.entra_id,
        "label": LABEL,
        "team_name": TEAM_NAME,
    }
    return {name: connection.execute(statement(f"forget/{name}"), values).rowcount for name in ROWS}


def _note(connection: Connection, run: Run, *, is_nothing: bool) -> None:
    status = "no_changes" if is_nothing else "success"
    values = {"run_id": run.id, "status": status, "mode": run.mode, "as_of": None, "snapshot_uri": None, "users": 0}
    connection.execute(statement("load/record_result"), values)
