"""All teams of one day: those of groups and those of managers, each with a name of its own."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.transform.group_teams import group_teams
from entra_sync.transform.manager_teams import manager_teams
from entra_sync.transform.team_names import told_apart
from entra_sync.transform.team_tables import TEAM_MEMBER_SCHEMA, TEAM_SCHEMA, Teams


def build_teams(
    groups: pa.Table,
    memberships: pa.Table,
    *,
    links: pd.DataFrame,
    profile: pa.Table,
    person: pa.Table,
    account: AccountConfig,
) -> Teams:
    """Both kinds together; what the account ignores is not among the findings."""
    # Keys begin with the kind, "group" or "manager": one after the other is sorted.
    kinds = group_teams(groups, memberships, person, account), manager_teams(links, profile, person, account)
    team = pa.concat_tables([kind.team for kind in kinds]).cast(TEAM_SCHEMA).combine_chunks()
    additions = [text for kind in kinds for text in kind.additions]
    team, doubles = told_apart(team, additions)
    names = dict(zip(team["entra_id"].to_pylist(), team["name"].to_pylist(), strict=True))
    found = [one | {"label": names[one["entra_id"]]} for kind in kinds for one in kind.found] + doubles
    return Teams(
        team=team,
        member=pa.concat_tables([kind.member for kind in kinds]).cast(TEAM_MEMBER_SCHEMA),
        additions=additions,
        found=[one for one in found if account.checks.severity_of(str(one["code"])) != "ignore"],
    )
