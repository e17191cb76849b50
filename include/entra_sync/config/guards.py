"""Limits on one night: the section ``guards`` of an account file."""

from __future__ import annotations

from pydantic import Field

from entra_sync.config.base import Strict


class Limit(Strict):
    """A limit on one night, of the users that are not deactivated today; what is `null` does not limit."""

    percent: float | None = Field(default=None, ge=0, le=100)
    """At most this share of them."""
    count: int | None = Field(default=None, ge=0)
    """At most so many people."""
    min_population: int = Field(default=50, ge=0)
    """With fewer people than this, only `count` applies."""


class TeamLoss(Strict):
    """How much of one team may leave in a night."""

    percent: float | None = Field(default=60, ge=0, le=100)
    """At most this share of the team."""
    min_members: int = Field(default=20, ge=0)
    """Smaller teams are not limited."""


class Guards(Strict):
    """Limits on a plan, before anything is written: what is over one is held for a person's decision. `null`: off."""

    max_deactivations: Limit | None = Limit(percent=20, count=500)
    """How many people may leave in one night."""
    max_creations: Limit | None = Limit(percent=50)
    """How many people may join in one night. The account's first load is free of it."""
    max_team_loss: TeamLoss | None = TeamLoss()
    """How much of one team may leave in one night."""
    protected: list[str] = []
    """E-mail addresses or object ids of people who are never deactivated."""
    grace_days: int = Field(default=0, ge=0)
    """So many days somebody who is to leave stays, counted from the first night that saw it."""
    decide_within_hours: float = Field(default=72, gt=0, le=24 * 365)
    """So long a person may answer what a limit withheld; nobody answering means no."""
