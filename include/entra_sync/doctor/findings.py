"""One thing that was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from entra_sync.errors import EntraSyncError

Level = Literal["ok", "warn", "fail"]
GUIDE = "docs/azure-setup.md"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``found``: what came back; ``advice``: what to do about it; ``step``: where the guide says how."""

    tried: str
    level: Level
    found: str
    advice: str | None = None
    step: str | None = None


def step(anchor: str) -> str:
    """A section of the set-up guide."""
    return f"{GUIDE}#{anchor}"


def attempt(tried: str, check: Callable[[], str], anchor: str | None = None) -> Finding:
    """Run a check that says what it found, or raises what is wrong."""
    where = step(anchor) if anchor else None
    try:
        return Finding(tried=tried, level="ok", found=check(), step=where)
    except EntraSyncError as error:
        return Finding(tried=tried, level="fail", found=error.message, advice=error.hint, step=where)
