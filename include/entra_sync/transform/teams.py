"""Teams out of groups, and out of managers with their direct reports.

Members are accepted persons in scope only. A group without such members is a team all the same: it exists, it
is empty. A group whose membership is hidden becomes a team, and lends its members to the groups around it,
only when the account says ``hidden: true``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig, TeamGroups
from entra_sync.issues import issue
from entra_sync.scope import IN_SCOPE
from entra_sync.scope.fields import GUID, Column, clean, pc
from entra_sync.scope.groups import children, hidden, matching, user_memberships, with_nested

TEAM_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("key", "kind", "entra_id", "name", "description", "email", "lead_entra_id")]
)
TEAM_MEMBER_SCHEMA = pa.schema([(name, pa.string()) for name in ("team_key", "user_entra_id", "role")])

Found = list[dict[str, str | None]]


def group_kind(group_types: list[str] | None, mail_enabled: bool | None, security_enabled: bool | None) -> str | None:
    """The kind of a group; "DynamicMembership" is none of its own. None: neither mail nor security."""
    if any(kind.lower() == "unified" for kind in group_types or []):
        return "microsoft365"
    if security_enabled:
        return "mail_security" if mail_enabled else "security"
    return "distribution" if mail_enabled else None


def group_teams(
    groups: pa.Table, memberships: pa.Table, person: pa.Table, account: AccountConfig
) -> tuple[pa.Table, pa.Table, Found]:
    """Teams and members of the groups that the account chooses, and what was found about them."""
    wanted = account.teams.from_groups
    if wanted is None:
        return TEAM_SCHEMA.empty_table(), TEAM_MEMBER_SCHEMA.empty_table(), []
    concealed = hidden(groups)
    chosen = _chosen(groups, wanted, concealed)
    teams, found = _as_teams(chosen)
    inside = children(memberships, barred=() if wanted.hidden else concealed) if account.teams.nested else {}
    direct = user_memberships(memberships)
    roots: list[Any] = teams["entra_id"].to_pylist()
    known = person.filter(pc.equal(person["state"], IN_SCOPE))["entra_id"].combine_chunks()
    members = _members(roots, inside, direct.filter(pc.is_in(direct["member_id"], value_set=known)))
    return teams, members, found + _unknown_members(teams, direct, person)


def manager_teams(
    links: pd.DataFrame, profile: pa.Table, person: pa.Table, account: AccountConfig
) -> tuple[pa.Table, pa.Table]:
    """One team per manager with a direct report, named after the manager, who leads it."""
    if not account.teams.from_managers:
        return TEAM_SCHEMA.empty_table(), TEAM_MEMBER_SCHEMA.empty_table()
    managers = sorted(set(links["manager_id"].tolist()))
    names = _names_of(managers, profile, person)
    teams = [
        {
            "key": f"manager:{one}",
            "kind": "manager",
            "entra_id": one,
            "name": f"Team {names[one]}",
            "lead_entra_id": one,
        }
        for one in managers
    ]
    leads = [{"team_key": f"manager:{one}", "user_entra_id": one, "role": "lead"} for one in managers]
    reports = [
        {"team_key": f"manager:{manager}", "user_entra_id": one, "role": "member"}
        for one, manager in zip(links["entra_id"].tolist(), links["manager_id"].tolist(), strict=True)
    ]
    return (
        pa.Table.from_pylist(teams, schema=TEAM_SCHEMA),
        pa.Table.from_pylist(leads + reports, schema=TEAM_MEMBER_SCHEMA),
    )


def _chosen(groups: pa.Table, wanted: TeamGroups, concealed: set[str]) -> pa.Table:
    """The groups that become teams: of a wanted kind, included, not excluded, not hidden; sorted by id."""
    usable = groups.filter(pc.fill_null(pc.match_substring_regex(groups["id"], GUID), False))
    named = matching(usable, wanted.include or ["*"]) - matching(usable, wanted.exclude)
    facts = usable.select(["id", "groupTypes", "mailEnabled", "securityEnabled"]).to_pylist()
    ids = {
        row["id"]
        for row in facts
        if row["id"] in named
        and group_kind(row["groupTypes"], row["mailEnabled"], row["securityEnabled"]) in wanted.types
        and (wanted.hidden or row["id"] not in concealed)
    }
    return usable.filter(pc.is_in(usable["id"], value_set=pa.array(sorted(ids), pa.string()))).sort_by("id")


def _as_teams(chosen: pa.Table) -> tuple[pa.Table, Found]:
    def text(name: str) -> Column:
        return clean(chosen[name].combine_chunks())

    ids, name = chosen["id"].combine_chunks(), text("displayName")
    size = len(ids)
    nameless = ids.filter(pc.is_null(name)).to_pylist()
    columns = [
        pc.binary_join_element_wise("group:", ids, ""),
        pa.array(["group"] * size, pa.string()),
        ids,
        pc.coalesce(name, text("mailNickname"), ids),
        text("description"),
        pc.utf8_lower(text("mail")),
        pa.nulls(size, pa.string()),
    ]
    message = "The group has no display name; its mail nickname or its id stands in."
    found = [issue("team_name_missing", entity="team", entra_id=one, field="name", message=message) for one in nameless]
    return pa.Table.from_arrays(columns, schema=TEAM_SCHEMA), found


def _members(roots: list[str], inside: dict[str, list[str]], direct: pa.Table) -> pa.Table:
    """Accepted users in each root group, through nested groups as well; each once."""
    reached = [(root, group) for root in roots for group in with_nested([root], inside)]
    pairs = pd.DataFrame(reached, columns=["team", "group_id"], dtype="str")
    found = pairs.merge(direct.to_pandas(), on="group_id")[["team", "member_id"]].drop_duplicates()
    keys = pc.binary_join_element_wise("group:", pa.array(found["team"], pa.string()), "")
    columns = [
        keys,
        pa.array(found["member_id"], pa.string()),
        pa.array(["member"] * len(found), pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=TEAM_MEMBER_SCHEMA)


def _unknown_members(teams: pa.Table, direct: pa.Table, person: pa.Table) -> Found:
    """One warning per team with direct members that are not among the tenant's users."""
    known = pc.is_in(direct["member_id"], value_set=person["entra_id"].combine_chunks())
    strangers = direct.filter(pc.invert(known)).group_by(["group_id", "member_id"]).aggregate([])
    counts = Counter(strangers["group_id"].to_pylist())
    return [
        issue(
            "member_unknown",
            entity="team",
            entra_id=one,
            label=name,
            field="members",
            message=f"{counts[one]} members are not among the tenant's users and were left out.",
        )
        for one, name in zip(teams["entra_id"].to_pylist(), teams["name"].to_pylist(), strict=True)
        if one in counts
    ]


def _names_of(managers: list[str], profile: pa.Table, person: pa.Table) -> dict[str, str]:
    """The display name that the profile gets, else the directory's, else the id."""
    labels = dict(zip(person["entra_id"].to_pylist(), person["label"].to_pylist(), strict=True))
    shown = (
        profile["display_name"] if "display_name" in profile.column_names else pa.nulls(profile.num_rows, pa.string())
    )
    names = dict(zip(profile["entra_id"].to_pylist(), shown.to_pylist(), strict=True))
    return {one: names.get(one) or labels.get(one) or one for one in managers}
