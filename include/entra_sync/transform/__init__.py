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
from entra_sync.mapping.rows import usable
from entra_sync.org_chart import org_chart, structure
from entra_sync.scope import with_rejected
from entra_sync.transform.people import NO_LINKS, person_table, profile_table
from entra_sync.transform.teams import build_teams

ORG_CHART_SCHEMA = pa.schema(
    [("entra_id", pa.string()), ("manager_entra_id", pa.string())]
    + [(name, pa.int32()) for name in ("depth", "span", "below")]
)


@dataclass(frozen=True, kw_only=True)
class CuratedTables:
    """The input of load.

    profile: ``entra_id, email``, the mapped columns, ``manager_entra_id`` if mapped, ``custom_fields``.
    team: ``key, kind, entra_id, name, description, email, lead_entra_id``.
    team_member: ``team_key, user_entra_id, role, via``: ids of the groups between the team's and the person, joined by
    " > ", empty for a direct member. person: ``entra_id, email, label, state, reason``.
    org_chart: ``entra_id, manager_entra_id, depth, span, below`` of everybody with a profile, for people to read:
    depth 0 = nobody above, span = direct reports, below = all reports; empty when the account reads no managers.
    Each sorted by its first columns. issues: ISSUE_SCHEMA, of the step transform only.
    """

    profile: pa.Table
    team: pa.Table
    team_member: pa.Table
    person: pa.Table
    org_chart: pa.Table
    issues: pa.Table


def build(
    tables: SnapshotTables, account: AccountConfig, rejected: Mapping[str, str], decisions: pd.DataFrame
) -> CuratedTables:
    """Build the tables of one day. ``decisions`` is scope's word on these users, ``rejected`` validate's:
    id -> code of the first error."""
    users = usable(tables.users)
    states = with_rejected(decisions, rejected.keys())
    with_managers = wants_managers(account)
    links = org_chart(users, states, fallback=account.chart_fallback).links if with_managers else NO_LINKS
    profile = profile_table(users, states, links, account)
    person = person_table(decisions, states, rejected)
    teams = build_teams(tables.groups, tables.memberships, links=links, profile=profile, person=person, account=account)
    return CuratedTables(
        profile=profile,
        team=teams.team,
        team_member=teams.member,
        person=person,
        org_chart=_measured(links, profile) if with_managers else ORG_CHART_SCHEMA.empty_table(),
        issues=issue_table(teams.found),
    )


def _measured(links: pd.DataFrame, profile: pa.Table) -> pa.Table:
    measured = structure(links, profile["entra_id"].to_pandas())
    columns = [pa.array(measured[name], from_pandas=True) for name in measured.columns]
    return pa.table(columns, names=ORG_CHART_SCHEMA.names).cast(ORG_CHART_SCHEMA)
