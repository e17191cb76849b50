"""The runs of an account as far as they say how it is: read of Graph, or failed."""

from __future__ import annotations

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
    """The account's runs, newest first: no dry run, no undo, no backfill; a replay only when it failed."""
    key = {"account_id": account_id, "limit": LOOKED_AT}
    return [Night(**row) for row in connection.execute(statement("notify/nights"), key).fetchall()]
