"""Snapshot + account configuration -> the day's PeopleGoal tables. Pure: no clock, no network, no chance.

Graph's camelCase ends here. Persons who are in scope and accepted become profiles and team members; everybody
else is in ``person`` with the reason. The same input, in whatever order of rows, gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import wants_managers
from entra_sync.extract.tables import SnapshotTables
from entra_sync.issues import issue_table
from entra_sync.org_chart import org_chart
from entra_sync.scope import with_rejected
from entra_sync.scope.fields import usable
from entra_sync.transform.people import NO_LINKS, person_table, profile_table
from entra_sync.transform.teams import TEAM_MEMBER_SCHEMA, TEAM_SCHEMA, group_teams, manager_teams


@dataclass(frozen=True, kw_only=True)
class CuratedTables:
    """The input of load.

    profile: ``entra_id, email``, the mapped columns, ``manager_entra_id`` if mapped, ``custom_fields``.
    team: ``key, kind, entra_id, name, description, email, lead_entra_id``.
    team_member: ``team_key, user_entra_id, role``. person: ``entra_id, email, label, state, reason``.
    Each sorted by its first columns. issues: ISSUE_SCHEMA, of the step transform only.
    """

    profile: pa.Table
    team: pa.Table
    team_member: pa.Table
    person: pa.Table
    issues: pa.Table


def build(
    tables: SnapshotTables, account: AccountConfig, rejected: Mapping[str, str], decisions: pd.DataFrame
) -> CuratedTables:
    """Build the tables of one day. ``decisions`` is scope's word on these users, ``rejected`` validate's:
    id -> code of the first error."""
    users = usable(tables.users)
    states = with_rejected(decisions, rejected.keys())
    links = org_chart(users, states).links if wants_managers(account) else NO_LINKS
    profile = profile_table(users, states, links, account)
    person = person_table(decisions, states, rejected)
    groups, group_members, found = group_teams(tables.groups, tables.memberships, person, account)
    leads, lead_members = manager_teams(links, profile, person, account)
    return CuratedTables(
        profile=profile,
        team=pa.concat_tables([groups, leads]).cast(TEAM_SCHEMA).sort_by("key").combine_chunks(),
        team_member=pa.concat_tables([group_members, lead_members])
        .cast(TEAM_MEMBER_SCHEMA)
        .sort_by([("team_key", "ascending"), ("user_entra_id", "ascending"), ("role", "ascending")])
        .combine_chunks(),
        person=person,
        issues=issue_table(found),
    )
