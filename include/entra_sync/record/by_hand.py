"""A run of the history that a person starts by a command, outside Airflow: an undo, an erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from entra_sync.config.account import dag_id_of
from entra_sync.db import Connection
from entra_sync.errors import AccountBusy
from entra_sync.record.runs import Run, open_run


def open_by_hand(
    connection: Connection,
    *,
    account: str,
    name: str,
    kind: str,
    dry_run: bool = False,
    wait_s: float = 600,
    poll_s: float = 2,
    waiting: Callable[[], None] = lambda: None,
) -> Run:
    """Open such a run; ``kind`` is the beginning of its ``dag_run_id``. It reads no directory: its mode is replay.

    A run that works on the account is waited for up to ``wait_s`` seconds; ``waiting`` is called once before. Raises
    AccountBusy when the account does not get free.
    """
    # Microseconds keep two of one second apart.
    dag_run_id = f"{kind}__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"

    def opened(wait: float) -> Run:
        return open_run(
            connection,
            account=account,
            name=name,
            dag_id=dag_id_of(account),
            dag_run_id=dag_run_id,
            run_type="manual",
            mode="replay",
            dry_run=dry_run,
            wait_s=wait,
            poll_s=poll_s,
        )

    try:
        return opened(0)
    except AccountBusy:
        waiting()
        return opened(wait_s)
