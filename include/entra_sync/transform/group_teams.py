"""Teams out of groups: one per group that the account chooses, with the accepted people in scope who are in it.

A group whose membership is hidden becomes a team, and lends its members to the groups around it, only when the account
says ``hidden: true``. A group without anybody in scope is a team all the same, unless ``empty: false``; somebody whose
row was rejected is in scope, and keeps the team. With ``lead: owner`` the owner with the smallest id leads, of those
who are accepted in scope; they have the role of lead where they are a member too, which an owner need not be.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.errors import SnapshotError
from entra_sync.extract.select import OWNERS
from entra_sync.groups import hidden, team_groups, texts
from entra_sync.issues import issue
from entra_sync.mapping.rows import Column, pc
from entra_sync.mapping.text import clean
from entra_sync.scope import IN_SCOPE, REJECTED
from entra_sync.scope.groups import children
from entra_sync.transform.team_members import GroupMembers, group_members
from entra_sync.transform.team_tables import NO_TEAMS, TEAM_SCHEMA, Found, Numbers, Teams, member_table

ID_SHOWN = 8


def group_teams(groups: pa.Table, memberships: pa.Table, person: pa.Table, account: AccountConfig) -> Teams:
    """Teams, members and findings. Raises SnapshotError when owners are wanted that were not read."""
    wanted = account.teams.from_groups
    if wanted is None:
        return NO_TEAMS
    chosen = team_groups(groups, wanted)
    barred = set() if wanted.hidden else hidden(groups)
    inside = children(memberships, barred=barred) if account.teams.nested else {}
    people = person["entra_id"].combine_chunks()
    members = group_members(texts(chosen["id"]), inside, memberships, people)

    counted = pc.is_in(person["state"], value_set=pa.array([IN_SCOPE, REJECTED])).to_numpy()
    in_scope = np.bincount(members.group[counted[members.person]], minlength=chosen.num_rows)
    kept = (in_scope > 0) | wanted.empty
    accepted = pc.equal(person["state"], IN_SCOPE).to_numpy()
    leads = _leads(chosen, people, accepted) if wanted.lead == "owner" else np.full(chosen.num_rows, -1)

    team, additions, found = _team_table(chosen, people, leads)
    found += _unknown_members(chosen, members)
    if wanted.lead == "owner":
        found += _without_lead(chosen, leads)
    ids = set(team["entra_id"].filter(pa.array(kept)).to_pylist())
    return Teams(
        team=team.filter(pa.array(kept)),
        member=_member_table(team["key"].combine_chunks(), people, members, accepted, leads),
        additions=[text for text, keep in zip(additions, kept.tolist(), strict=True) if keep],
        found=[one for one in found if one["entra_id"] in ids],
    )


def _team_table(chosen: pa.Table, people: Column, leads: Numbers) -> tuple[pa.Table, list[str], Found]:
    """The groups as teams, what each could add to its name, and which of them have none."""

    def text(name: str) -> Column:
        return clean(chosen[name].combine_chunks())

    ids, name, nickname = chosen["id"].combine_chunks(), text("displayName"), text("mailNickname")
    columns = [
        pc.binary_join_element_wise("group:", ids, ""),
        pa.array(["group"] * len(ids), pa.string()),
        ids,
        pc.coalesce(name, nickname, ids),
        text("description"),
        pc.utf8_lower(text("mail")),
        people.take(pa.array(leads, mask=leads < 0)),
    ]
    message = "The group has no display name; its mail nickname or its id stands in."
    nameless = ids.filter(pc.is_null(name)).to_pylist()
    found = [issue("team_name_missing", entity="team", entra_id=one, field="name", message=message) for one in nameless]
    additions = pc.coalesce(nickname, pc.utf8_slice_codeunits(ids, 0, ID_SHOWN)).to_pylist()
    return pa.Table.from_arrays(columns, schema=TEAM_SCHEMA), additions, found


def _leads(chosen: pa.Table, people: Column, accepted: Numbers) -> Numbers:
    """Place among ``people`` of the owner who leads each group; -1 where none can."""
    if OWNERS not in chosen.column_names:
        raise SnapshotError("The snapshot has no owners of groups, which teams.from_groups.lead asks for.")
    owners = chosen[OWNERS].combine_chunks()
    group = pc.list_parent_indices(owners).to_numpy()
    owner = pc.fill_null(pc.index_in(pc.list_flatten(owners), value_set=people), -1).to_numpy()
    able = owner >= 0
    able[able] = accepted[owner[able]]
    nobody = len(people)
    leads = np.full(chosen.num_rows, nobody)
    np.minimum.at(leads, group[able], owner[able])
    return np.where(leads == nobody, -1, leads)


def _member_table(keys: Column, people: Column, members: GroupMembers, accepted: Numbers, leads: Numbers) -> pa.Table:
    ours = accepted[members.person]
    group, person, way = members.group[ours], members.person[ours], members.way[ours]
    return member_table(keys, people, leads[group] == person, members.ways, rows=(group, person, way))


def _without_lead(chosen: pa.Table, leads: Numbers) -> Found:
    """One warning per team that nobody can lead."""
    nobody = pa.array(leads < 0)
    owners = pc.fill_null(pc.list_value_length(chosen[OWNERS]), 0).filter(nobody).to_pylist()
    ids = chosen["id"].filter(nobody).to_pylist()
    return [
        issue(
            "team_lead_missing",
            entity="team",
            entra_id=one,
            field="lead",
            message=f"None of the group's {many} owners is accepted in scope." if many else "The group has no owner.",
        )
        for one, many in zip(ids, owners, strict=True)
    ]


def _unknown_members(chosen: pa.Table, members: GroupMembers) -> Found:
    """One warning per team with direct members that are not among the tenant's users."""
    ids = chosen["id"].to_pylist()
    return [
        issue(
            "member_unknown",
            entity="team",
            entra_id=ids[place],
            field="members",
            message=f"{many} members are not among the tenant's users and were left out.",
        )
        for place, many in members.strangers.items()
    ]
