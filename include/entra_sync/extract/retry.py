"""When a Graph call is tried again, and how long to wait before.

Facts: docs/graph.md, 7: 429 carries Retry-After (seconds, at times a float; HTTP dates are allowed by RFC
9110), 5xx usually nothing; a request sent too early still counts against the quota.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 509})


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Bounded retries with jitter: ``attempts`` tries in all, waits in seconds."""

    attempts: int = 5
    base_s: float = 0.5
    longest_s: float = 30.0
    # A service that asks for more than this is down for the night; the scheduler tries again later.
    longest_retry_after_s: float = 300.0

    def wait_s(self, attempt: int, retry_after_s: float | None) -> float | None:
        """Seconds to wait after failed attempt number ``attempt`` (from 1), or None to give up."""
        if attempt >= self.attempts:
            return None
        if retry_after_s is not None:
            return None if retry_after_s > self.longest_retry_after_s else retry_after_s + random.uniform(0, 0.25)
        return float(min(self.longest_s, self.base_s * 2 ** (attempt - 1)) * random.uniform(0.75, 1.25))


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header: a number or an HTTP date; None when absent or unreadable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # Without a zone, as asctime has it and as "-0000" says, it is UTC (RFC 9110, 5.6.7).
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
