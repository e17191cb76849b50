"""Whether an account is in quarantine. Nothing is stored: it follows from its runs, so a good one ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from zoneinfo import ZoneInfo

from entra_sync.config.quarantine import Quarantine
from entra_sync.notify.nights import Night

# What trying again cannot mend, and what may lock the application out.
AT_ONCE = frozenset({"sign_in_refused", "connection_field_error"})


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """``nights``: failed in a row, by days; ``next_try``: the first day on which a scheduled night works again."""

    code: str
    nights: int
    since: date
    last_try: date
    next_try: date
    run_id: int | None

    @property
    def reason(self) -> str:
        """One line for the log and the history."""
        return f"quarantine since {self.since} ({self.code}, failed nights: {self.nights}); next try {self.next_try}"


def quarantine(nights: Sequence[Night], rule: Quarantine | None, zone: str) -> Quarantined | None:
    """The account's quarantine, or None. ``nights``: newest first; days are those of ``zone``."""
    failed = list(takewhile(lambda night: night.failed, nights))
    if rule is None or not failed:
        return None
    days = sorted({night.started_at.astimezone(ZoneInfo(zone)).date() for night in failed})
    code = failed[0].error_code or "run_failed"
    if len(days) < rule.after and code not in AT_ONCE:
        return None
    return Quarantined(
        code=code,
        nights=len(days),
        since=days[0],
        last_try=days[-1],
        next_try=date.fromordinal(days[-1].toordinal() + rule.every_days),
        run_id=failed[0].id,
    )
