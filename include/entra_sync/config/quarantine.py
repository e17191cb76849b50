"""How an account that keeps failing is tried less often: the section ``quarantine`` of an account file."""

from __future__ import annotations

from pydantic import Field

from entra_sync.config.base import Strict


class Quarantine(Strict):
    """After so many failed nights, and after refused credentials at once, scheduled nights become rare."""

    after: int = Field(default=5, ge=1, le=366)
    """Failed nights in a row; several runs of one day count as one."""
    every_days: int = Field(default=7, ge=1, le=366)
    """In quarantine a scheduled night works only so many days after the last try; a run by hand always does."""
