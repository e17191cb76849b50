"""Which teams there are: the section ``teams`` of an account file."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator

from entra_sync.config.base import Strict


class TeamGroups(Strict):
    """Which groups become teams."""

    types: list[Literal["microsoft365", "security", "mail_security", "distribution"]] = ["microsoft365", "security"]
    """The kinds of groups that become teams."""
    include: list[str] = ["*"]
    """Name patterns (`*`, `?`, any case) or object ids."""
    exclude: list[str] = []
    """Name patterns or object ids; `exclude` wins."""
    hidden: bool = False
    """Also groups with hidden membership, which needs the permission Member.Read.Hidden."""
    empty: bool = True
    """Also groups without members in scope."""
    lead: Literal["owner"] | None = None
    """`owner`: an owner of the group who is in scope leads the team."""


class Teams(Strict):
    """Teams from groups and from managers."""

    from_groups: TeamGroups | None = TeamGroups()
    """Which groups become teams; `null`: none."""
    nested: bool = True
    """Members of nested groups belong to the team too."""
    from_managers: bool = True
    """Each manager's direct reports are a team, led by the manager."""
    manager_team_name: str = "{display_name}'s team"
    """The name of a manager's team; `{display_name}` is the manager's."""

    @field_validator("manager_team_name")
    @classmethod
    def _name(cls, value: str) -> str:
        if set(re.findall(r"\{([^{}]*)\}", value)) != {"display_name"} or value.count("{") != value.count("}"):
            raise ValueError('allowed: a name with {display_name} in it, such as "{display_name}\'s team"')
        return value
