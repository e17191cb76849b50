"""What may go wrong on the way: answers that replace the server's own, for requests that match.

Matched against method and ``path?query`` as sent, below the base address (``/users?$select=id``); items inside a
``$batch`` are matched like requests of their own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Codes and texts as Graph sends them.
BODIES: dict[int, tuple[str, str]] = {
    400: ("Request_BadRequest", "The request is malformed."),
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: (
        "Request_ResourceNotFound",
        "Resource does not exist or one of its queried reference-property objects are not present.",
    ),
    429: ("TooManyRequests", "Please retry again later."),
}
UNKNOWN = ("UnknownError", "")


@dataclass(frozen=True, kw_only=True, eq=False)
class Fault:
    """One thing that goes wrong.

    ``status`` answers with it: with ``raw`` bytes, a JSON ``body``, or by default Graph's own error. ``close`` drops
    the connection halfway through an answer. ``delay_s`` waits first; alone, the true answer then follows.
    ``next_link`` takes the place of the true answer's next link; ``{self}`` in it is the request's own address. The
    first ``skip`` matches pass, then every match fails, or one of ``every`` so many, ``times`` times (None: for ever).
    """

    path: str
    method: str = "GET"
    status: int | None = None
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    skip: int = 0
    every: int = 1
    close: bool = False
    delay_s: float = 0.0
    next_link: str | None = None

    @property
    def answers(self) -> bool:
        """Whether the fault replaces the answer; otherwise it only delays it."""
        return self.status is not None or self.body is not None or self.raw is not None

    def error(self) -> tuple[str, str]:
        """Code and message of Graph's error for this status."""
        return BODIES.get(self.status or 500, UNKNOWN)


@dataclass
class Faults:
    """The faults that are set; safe to change while the server runs."""

    _set: list[Fault] = field(default_factory=list)
    _matches: dict[Fault, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, fault: Fault) -> Fault:
        """Set a fault; the first one that matches and has not worn off decides."""
        re.compile(fault.path)
        with self._lock:
            self._set.append(fault)
            self._matches[fault] = 0
        return fault

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._set.clear()
            self._matches.clear()

    def match(self, method: str, target: str) -> Fault | None:
        """The fault that this request meets, if any; counts the match."""
        with self._lock:
            for fault in self._set:
                if fault.method != method or not re.search(fault.path, target):
                    continue
                seen = self._matches[fault]
                self._matches[fault] = seen + 1
                turn, rest = divmod(seen - fault.skip, fault.every)
                if turn >= 0 and rest == 0 and (fault.times is None or turn < fault.times):
                    return fault
        return None

    def hits(self, fault: Fault) -> int:
        """How many requests have met this fault."""
        with self._lock:
            seen = max(0, self._matches.get(fault, 0) - fault.skip)
        met = -(-seen // fault.every)
        return met if fault.times is None else min(met, fault.times)
