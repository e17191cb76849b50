"""What a round of a change feed tells, and the form of its records.

A record says that an object changed and how it is when the page is made; which memberships began or ended is fixed when
the round begins. https://learn.microsoft.com/graph/delta-query-groups
"""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Any

from sandbox.objects import Change, Group, User
from sandbox.server.groups import concealed
from sandbox.server.properties import GROUP_DEFAULT, USER_DEFAULT
from sandbox.server.tenant import Tenant


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record to come: the object, the links that are told with it: (other end, whether it is linked)."""

    id: str
    manager: tuple[tuple[str, bool], ...] = ()
    members: tuple[tuple[str, bool], ...] = ()


def first_round(tenant: Tenant, collection: str, names: str | None) -> list[Entry]:
    """Everything there is."""
    company = tenant.company
    if collection == "users":
        told = _tracks(names, "manager")
        return _arranged(
            tenant,
            [
                Entry(id=i, manager=((manager, True),) if told and (manager := company.manager_of(i)) else ())
                for i in company.users
            ],
        )
    told = _tracks(names, "members", default=True)
    return _arranged(
        tenant,
        [
            Entry(
                id=i, members=tuple((m, True) for m in company.members(i)) if told and not concealed(tenant, i) else ()
            )
            for i in company.groups
        ],
    )


def later_round(tenant: Tenant, collection: str, names: str | None, since: int, until: int) -> list[Entry]:
    """What changed after one version and up to another, as far as it is selected."""
    entity = collection.removesuffix("s")
    found: dict[str, Entry] = {}
    for change in _log(tenant.company.changes, since, until):
        if change.entity != entity or not _selected(names, change):
            continue
        entry = found.setdefault(change.id, Entry(id=change.id))
        if change.what == "manager":
            links = dict(entry.manager)
            links |= {change.old_id: False} if change.old_id else {}
            links |= {change.link_id: True} if change.link_id else {}
            found[change.id] = replace(entry, manager=tuple(links.items()))
        elif change.link_id and _visible(tenant, change.id):
            edges = {**dict(entry.members), change.link_id: change.what == "member added"}
            found[change.id] = replace(entry, members=tuple(edges.items()))
    return _arranged(tenant, list(found.values()))


def shown(tenant: Tenant, collection: str, names: str | None, entry: Entry) -> dict[str, Any]:
    """The record as Graph sends it."""
    company = tenant.company
    item: User | Group | None = (company.users if collection == "users" else company.groups).get(entry.id)
    if item is None:
        deleted = company.deleted_users if collection == "users" else company.deleted_groups
        return {"id": entry.id, "@removed": {"reason": "changed" if entry.id in deleted else "deleted"}}
    record = _attributes(item, names, USER_DEFAULT if collection == "users" else GROUP_DEFAULT)
    if entry.manager and tenant.settings.delta_manager == "listed":
        record["manager@delta"] = [_link(tenant, other, linked) for other, linked in entry.manager]
    if entry.members:
        record["members@delta"] = [_link(tenant, other, linked) for other, linked in entry.members]
    return record


def _attributes(item: User | Group, names: str | None, default: tuple[str, ...]) -> dict[str, Any]:
    """Selected attributes: what never had a value is absent, what was cleared is null."""
    wanted = names.split(",") if names else list(default)
    values = item.attributes
    told = {n: values.get(n) for n in wanted if values.get(n) is not None or n in item.cleared}
    return {"id": item.id, **told}


def _link(tenant: Tenant, other: str, linked: bool) -> dict[str, Any]:
    company = tenant.company
    kind = company.kind(other) or ("group" if other in company.deleted_groups else "user")
    entry: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}", "id": other}
    # The documentation has this reason for a removed link whatever became of the other end.
    return entry if linked else entry | {"@removed": {"reason": "deleted"}}


def _selected(names: str | None, change: Change) -> bool:
    """Whether a change is one of what the client asked to be told of."""
    if change.what == "manager":
        return _tracks(names, "manager")
    if change.what.startswith("member "):
        return _tracks(names, "members", default=True)
    return change.what != "updated" or names is None or not set(names.split(",")).isdisjoint(change.names)


def _tracks(names: str | None, relation: str, *, default: bool = False) -> bool:
    return default if names is None else relation in names.split(",")


def _visible(tenant: Tenant, group_id: str) -> bool:
    return group_id in tenant.company.groups and not concealed(tenant, group_id)


def _log(changes: list[Change], since: int, until: int) -> list[Change]:
    first = bisect_right(changes, since, key=lambda change: change.version)
    last = bisect_right(changes, until, key=lambda change: change.version)
    return changes[first:last]


def _arranged(tenant: Tenant, entries: list[Entry]) -> list[Entry]:
    """Large groups in slices, the later ones behind the other objects; shuffled and repeated by the settings."""
    settings, size = tenant.settings, tenant.settings.delta_members
    heads = [replace(e, members=e.members[:size]) if len(e.members) > size else e for e in entries]
    rest = [
        replace(e, manager=(), members=e.members[at : at + size])
        for e in entries
        for at in range(size, len(e.members), size)
    ]
    found = heads + rest
    rng = random.Random(len(found))
    if settings.delta_shuffle:
        rng.shuffle(found)
    return found + rng.sample(found, len(found) // 2) if settings.delta_repeat else found
