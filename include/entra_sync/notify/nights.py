"""The runs of an account as far as they say how it is: read of Graph, or failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from entra_sync.db import Connection, statement

# A failure that lasts longer than so many runs stays what it is.
LOOKED_AT = 400


@dataclass(frozen=True, kw_only=True)
class Night:
    """One closed run; ``id`` is None for one that failed before its row was opened."""

    id: int | None
    status: str
    error_code: str | None
    error_step: str | None
    error_message: str | None
    started_at: datetime
    finished_at: datetime

    @property
    def failed(self) -> bool:
        return self.status == "failed"


def nights_of(connection: Connection, account_id: int) -> list[Night]:
    """The account's runs, newest first: no dry run, undo, erasure, backfill; a replay only when it failed."""
    return [night for _, night in _nights(connection, [account_id], LOOKED_AT)]


def failing(connection: Connection, account_ids: Sequence[int]) -> set[int]:
    """The accounts whose newest such run has failed."""
    return {account_id for account_id, night in _nights(connection, account_ids, 1) if night.failed}


def _nights(connection: Connection, account_ids: Sequence[int], limit: int) -> Iterator[tuple[int, Night]]:
    values = {"account_ids": list(account_ids), "limit": limit}
    for row in connection.execute(statement("notify/nights"), values):
        yield row.pop("account_id"), Night(**row)
