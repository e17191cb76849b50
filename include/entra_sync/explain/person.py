"""One person, explained: from what the directory said to what became of it.

Made of the same functions that a run calls, over the same stored snapshot. What is here holds people's data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.mapping import FieldMapping
from entra_sync.config.readable import scope_attributes
from entra_sync.explain.stored import Night
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import pc
from entra_sync.mapping.values import field_values
from entra_sync.scope.rules import Rule, rules_for
from entra_sync.words import mapping_words

Row = dict[str, Any]

# Read of every user, whatever the account file says.
ALWAYS = ("displayName", "userPrincipalName", "mail", "userType", "accountEnabled", "createdDateTime")
MANAGER = ("manager",)


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What Entra said: a path and its text, None where it is not set."""

    path: str
    value: str | None


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """One profile field. ``text`` is what was read before ``type``; ``unreadable``: it is not of the type."""

    name: str
    value: str | None
    how: str
    attributes: tuple[Attribute, ...]
    text: str | None
    unreadable: bool


@dataclass(frozen=True, kw_only=True)
class Link:
    """Somebody on the way up, nearest first; ``state`` as scope and checks decided, None: not in the directory."""

    entra_id: str
    name: str | None
    state: str | None


@dataclass(frozen=True, kw_only=True)
class ManagerLink:
    """``in_entra``: the manager that Entra names; ``taken``: whom the org chart links, with everybody above.

    ``dropped``: codes of why Entra's manager was not taken, and of a circle further up; ``path``: who is in the circle.
    """

    in_entra: Link | None
    kind: str | None
    taken: tuple[Link, ...]
    dropped: tuple[str, ...]
    path: tuple[Link, ...]
    reports: int


@dataclass(frozen=True, kw_only=True)
class TeamOf:
    """A team that the day's tables put the person into; ``via``: names of the groups in between."""

    key: str
    name: str
    role: str
    via: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Directory:
    """What the snapshot of one night says about one person, and what the run made of it.

    ``state``: in_scope, disabled, out_of_scope, rejected; ``reason``: the rule or the code. ``other_groups``: groups
    that they are a direct member of and that are no team.
    """

    entra_id: str
    label: str | None
    email: str | None
    state: str
    reason: str | None
    attributes: tuple[Attribute, ...]
    rules: tuple[Rule, ...]
    fields: tuple[FieldValue, ...]
    manager: ManagerLink | None
    teams: tuple[TeamOf, ...]
    other_groups: tuple[str, ...]


def describe(night: Night, entra_id: str) -> Directory:
    """Explain one person of the snapshot. ``entra_id`` is one of ``night.users``."""
    user = night.users.filter(pc.equal(night.users["id"], entra_id)).combine_chunks()
    person = _one(night.curated.person, "entra_id", entra_id)
    return Directory(
        entra_id=entra_id,
        label=person["label"],
        email=person["email"],
        state=person["state"],
        reason=person["reason"],
        attributes=_attributes(user, night.account),
        rules=tuple(rules_for(night.users, night.tables.groups, night.tables.memberships, night.account, entra_id)),
        fields=tuple(_field(user, name, field) for name, field in night.account.mapping.items() if name != "manager"),
        manager=_manager(night, user),
        teams=_teams(night, entra_id),
        other_groups=_other_groups(night, entra_id),
    )


def as_text(value: Any) -> str | None:
    """A value of any type as text, the way JSON spells it."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(user: pa.Table, account: AccountConfig) -> tuple[Attribute, ...]:
    """Those that mapping, scope and manager read, and what is read always; each once."""
    paths = [path for name, field in account.mapping.items() if name != "manager" for path in field.attributes()]
    every = dict.fromkeys(path for path in (*ALWAYS, *paths, *scope_attributes(account)) if path not in MANAGER)
    return tuple(_attribute(user, path) for path in every)


def _attribute(user: pa.Table, path: str) -> Attribute:
    return Attribute(path=path, value=read(user, path)[0].as_py())


def _field(user: pa.Table, name: str, field: FieldMapping) -> FieldValue:
    made = field_values(user, name, field)
    value = made.values[0].as_py()
    return FieldValue(
        name=name,
        value=as_text(value),
        how=mapping_words(field),
        attributes=tuple(_attribute(user, path) for path in dict.fromkeys(field.attributes())),
        text=made.text[0].as_py(),
        unreadable=bool(made.unreadable[0].as_py()),
    )


def _manager(night: Night, user: pa.Table) -> ManagerLink | None:
    """None when the account reads no managers."""
    chart = night.chart
    if chart is None:
        return None
    entra_id = user["id"][0].as_py()
    manager_id = user["manager_id"][0].as_py()
    manager_of = chart.manager_of
    dropped = chart.dropped.get(entra_id, [])
    circle = next((row["path"] for row in dropped if row["path"]), "")
    above, person = [], manager_of.get(entra_id)
    while person is not None:
        above.append(_link(night, person))
        person = manager_of.get(person)
    return ManagerLink(
        in_entra=None if manager_id is None else _link(night, manager_id),
        kind=user["manager_type"][0].as_py(),
        taken=tuple(above),
        dropped=tuple(row["code"] for row in dropped),
        path=tuple(_link(night, one) for one in circle.split(" -> ") if one),
        reports=chart.reports.get(entra_id, 0),
    )


def _link(night: Night, entra_id: str) -> Link:
    name, state = night.people.get(entra_id, (None, None))
    return Link(entra_id=entra_id, name=name, state=state)


def _teams(night: Night, entra_id: str) -> tuple[TeamOf, ...]:
    curated = night.curated
    own = curated.team_member.filter(pc.equal(curated.team_member["user_entra_id"], entra_id)).to_pylist()
    if not own:
        return ()
    names: dict[Any, Any] = dict(zip(curated.team["key"].to_pylist(), curated.team["name"].to_pylist(), strict=True))
    groups = _names(night.tables.groups)
    teams = [
        TeamOf(
            key=row["team_key"],
            name=names[row["team_key"]],
            role=row["role"],
            via=tuple(groups.get(one, one) for one in (row["via"] or "").split(" > ") if one),
        )
        for row in own
    ]
    return tuple(sorted(teams, key=lambda team: (team.key.split(":")[0], team.name, team.key)))


def _other_groups(night: Night, entra_id: str) -> tuple[str, ...]:
    links = night.tables.memberships
    own: list[Any] = links.filter(pc.equal(links["member_id"], entra_id))["group_id"].to_pylist()
    teams = set(night.curated.team["entra_id"].to_pylist())
    groups = _names(night.tables.groups)
    return tuple(sorted({groups.get(one, one) for one in own if one not in teams}))


def _names(groups: pa.Table) -> dict[str, str]:
    rows: Iterable[tuple[Any, Any]] = zip(groups["id"].to_pylist(), groups["displayName"].to_pylist(), strict=True)
    return {one: name or one for one, name in rows}


def _one(table: pa.Table, key: str, value: str) -> Row:
    (row,) = table.filter(pc.equal(table[key], value)).to_pylist()
    return dict(row)
