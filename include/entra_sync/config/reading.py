"""How the tenant is read, and how long what was read is kept: the sections ``reading`` and ``retention``."""

from __future__ import annotations

from pydantic import Field

from entra_sync.config.base import Strict


class Tolerance(Strict):
    """How far rows and the tenant's own `$count` may differ: the larger of both. The count lags behind."""

    count: int = Field(default=5, ge=0)
    """So many rows."""
    percent: float = Field(default=0.1, ge=0, le=10)
    """This share of the rows."""


class Collapse(Strict):
    """A list that lost more than this since the last snapshot is not believed; an empty one never is."""

    percent: float = Field(default=50, gt=0, le=100)
    """The share that may be gone."""
    min_population: int = Field(default=20, ge=1)
    """Shorter lists may lose any share."""


class Reading(Strict):
    """How the tenant is read; none of it decides about people, so it is no part of the fingerprint."""

    full_every_days: int = Field(default=7, ge=1, le=366)
    """After so many days everything is listed again; between, only what changed is read."""
    tolerance: Tolerance = Tolerance()
    """How far the list and the tenant's own count may differ."""
    collapse: Collapse | None = Collapse()
    """How much shorter a list may be than the one before; `null`: off, for a night in which it is true."""


class Retention(Strict):
    """How long what tells of people is kept; what the newest night needs stays. Counts stay."""

    snapshots_days: int = Field(default=35, ge=1)
    """Days to keep what was read, what was found in it, and the tables made of it."""
    changes_days: int = Field(default=400, ge=1)
    """Days to keep the names in the history: changes, issues, checks."""
