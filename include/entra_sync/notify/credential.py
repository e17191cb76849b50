"""The credential that an account signs in with, and when its end is worth a notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

THRESHOLDS = (1, 7, 14, 30)


@dataclass(frozen=True, kw_only=True)
class Credential:
    """``what``: client secret or client certificate; ``ends`` in UTC."""

    what: str
    ends: datetime

    def days_left(self, now: datetime) -> int:
        """Whole days; negative when it has ended."""
        return (self.ends - now).days

    def due(self, now: datetime) -> str | None:
        """What to tell once: the credential and the nearest threshold of 30, 14, 7 and 1 days that is reached."""
        left = self.days_left(now)
        reached = next((days for days in THRESHOLDS if left <= days), None)
        return None if reached is None else f"{self.what} {self.ends:%Y-%m-%d}: {reached}"
