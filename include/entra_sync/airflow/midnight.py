"""Many accounts at the same midnight: who starts when, who goes first, and how many work at a time.

The environment says how much: ``ENTRA_SYNC_SPREAD_MINUTES`` spreads the starts, ``ENTRA_SYNC_EXTRACT_POOL`` and
``ENTRA_SYNC_LOAD_POOL`` name Airflow pools whose slots bound how many tenants are read and how many loads run at once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from zlib import crc32

from entra_sync.errors import ConfigurationError

# A day's last minute: a start never moves into the next day, which a cron's day fields may not mean.
LAST_MINUTE = 24 * 60 - 1
LARGEST_WEIGHT = 10_000


@dataclass(frozen=True, kw_only=True)
class Midnight:
    """What the environment asks for. Without: everybody at the account's own minute, in Airflow's default pool."""

    spread_minutes: int = 0
    extract_pool: str = "default_pool"
    load_pool: str = "default_pool"

    @classmethod
    def of_environment(cls) -> Midnight:
        """Raises ConfigurationError for minutes that are no number from 0 to 1439."""
        given = os.environ.get("ENTRA_SYNC_SPREAD_MINUTES") or "0"
        if not given.isdecimal() or int(given) > LAST_MINUTE:
            raise ConfigurationError(
                f"ENTRA_SYNC_SPREAD_MINUTES is {given!r}.", hint=f"It must be minutes, 0 to {LAST_MINUTE}."
            )
        return cls(
            spread_minutes=int(given),
            extract_pool=os.environ.get("ENTRA_SYNC_EXTRACT_POOL") or "default_pool",
            load_pool=os.environ.get("ENTRA_SYNC_LOAD_POOL") or "default_pool",
        )

    def starts(self, schedule: str, account: str) -> str:
        """The account's cron, later by its own share of the spread: the same every night, evenly over many accounts.

        Only a cron that names one minute and one hour is moved; the others are spread by themselves.
        """
        minute, hour, *days = schedule.split()
        if not self.spread_minutes or not (minute.isdecimal() and hour.isdecimal()):
            return schedule
        own = crc32(account.encode()) % (self.spread_minutes + 1)
        at = min(int(hour) * 60 + int(minute) + own, LAST_MINUTE)
        return " ".join([str(at % 60), str(at // 60), *days])


def weight(expected_people: int) -> int:
    """Airflow's priority weight: large accounts first, so that no long one is left when all others have ended.

    Longest processing time first is at most 4/3 of the best makespan (Graham, 1969).
    """
    return max(1, min(expected_people // 100, LARGEST_WEIGHT))
