"""Which failures Airflow tries again: those that waiting can mend, none of those that a person must."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.retry_policy import RetryDecision, RetryPolicy

from entra_sync.errors import EntraSyncError

DELAY = timedelta(minutes=2)
LONGEST_DELAY = timedelta(minutes=30)


def retries() -> int:
    """Retries of a task; a person who watches one sync run asks for none (``ENTRA_SYNC_RETRIES=0``)."""
    return int(os.environ.get("ENTRA_SYNC_RETRIES", "3"))


class TransientOnly(RetryPolicy):
    """Our own errors say whether they are transient; anything else keeps the task's back-off."""

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """Fail at once what a retry cannot mend."""
        if isinstance(exception, EntraSyncError) and not exception.transient:
            return RetryDecision.fail(reason=f"{type(exception).__name__}: a person must act")
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """Nothing to carry: the policy has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> TransientOnly:
        """See ``serialize``."""
        return cls()
