"""What a round of a change feed tells, and the form of its records.

A round is fixed when it begins: what happens while its pages are fetched comes in the next one. Only the log is read
for what changed since a position, never all objects. https://learn.microsoft.com/graph/delta-query-groups
"""

from __future__ import annotations

import random
from bisect import bisect_right
from typing import Any, Literal, NamedTuple

from sandbox.company import Company
from sandbox.objects import Change, Group, User
from sandbox.server.groups import concealed
from sandbox.server.properties import GROUP_DEFAULT, USER_DEFAULT
from sandbox.server.tenant import Settings, Tenant

Collection = Literal["users", "groups"]
Names = tuple[str, ...] | None
Links = tuple[tuple[str, bool], ...]


class Entry(NamedTuple):
    """One record to come, as the object was when the round began; a first round makes one of every object.

    ``cleared`` names the attributes that had a value once; ``removed`` is why the object is gone. ``links`` are the
    memberships of a group, or the managers of a user: the other end, and whether it is linked.
    """

    id: str
    attributes: dict[str, Any]
    cleared: list[str]
    removed: str = ""
    links: Links = ()


def first_round(tenant: Tenant, collection: Collection, names: Names) -> list[Entry]:
    """Everything there is. The caller holds the company's lock."""
    company = tenant.company
    told = tracks(names, collection)
    if collection == "users":
        people = company.users.values()
        return _arranged(tenant, [_present(user, _manager(company, user.id) if told else {}) for user in people])
    teams = company.groups.values()
    return _arranged(tenant, [_present(group, _members(tenant, group.id) if told else {}) for group in teams])


def later_round(tenant: Tenant, collection: Collection, names: Names, since: int, until: int) -> list[Entry]:
    """What changed after one version and up to another, as far as it is selected. The caller holds the lock."""
    company = tenant.company
    entity = collection.removesuffix("s")
    found: dict[str, dict[str, bool]] = {}
    for change in _log(company.changes, since, until):
        if change.entity == entity and _selected(company, names, collection, change):
            links = found.setdefault(change.id, {})
            if tracks(names, collection):
                _follow(tenant, change, links)
    return _arranged(tenant, [_entry(company, collection, i, links) for i, links in found.items()])


def shown(tenant: Tenant, collection: Collection, names: Names, entry: Entry) -> dict[str, Any]:
    """The record as Graph sends it."""
    if entry.removed:
        return {"id": entry.id, "@removed": {"reason": entry.removed}}
    record = _attributes(entry, names, USER_DEFAULT if collection == "users" else GROUP_DEFAULT)
    links = entry.links if collection == "groups" else _managers(tenant.settings, entry.links)
    if links:
        relation = "manager" if collection == "users" else "members"
        record[f"{relation}@delta"] = [_link(tenant.company, other, linked) for other, linked in links]
    return record


def tracks(names: Names, collection: Collection) -> bool:
    """Whether links are told too: members unless something else was selected, managers only when selected."""
    return "manager" in (names or ()) if collection == "users" else names is None or "members" in names


def _follow(tenant: Tenant, change: Change, links: dict[str, bool]) -> None:
    """Add what a change says of the links of its object."""
    company = tenant.company
    if change.what in ("created", "restored"):
        # Both look like a new object, and a client has forgotten what it knew of one that was deleted.
        links.update(_links(tenant, change))
    elif change.what == "manager":
        ends = ((change.old_id, False), (change.link_id, True))
        links.update({i: linked for i, linked in ends if i and (not linked or _exists(company, i))})
    elif change.link_id and not concealed(tenant, change.id):
        links[change.link_id] = change.what == "member added"


def _links(tenant: Tenant, change: Change) -> dict[str, bool]:
    """The links that an object has now, none when it is deleted."""
    company = tenant.company
    if change.entity == "group":
        return _members(tenant, change.id) if change.id in company.groups else {}
    return _manager(company, change.id) if change.id in company.users else {}


def _manager(company: Company, user_id: str) -> dict[str, bool]:
    manager = company.manager_of(user_id)
    return {manager: True} if manager else {}


def _members(tenant: Tenant, group_id: str) -> dict[str, bool]:
    return {} if concealed(tenant, group_id) else dict.fromkeys(tenant.company.members(group_id), True)


def _exists(company: Company, object_id: str) -> bool:
    """Whether an object is there or can be restored."""
    return company.kind(object_id) is not None or object_id in company.deleted_users


def _entry(company: Company, collection: Collection, object_id: str, links: dict[str, bool]) -> Entry:
    item: User | Group | None = (company.users if collection == "users" else company.groups).get(object_id)
    if item is None:
        deleted = company.deleted_users if collection == "users" else company.deleted_groups
        return Entry(object_id, {}, [], removed="changed" if object_id in deleted else "deleted")
    return _present(item, links)


def _present(item: User | Group, links: dict[str, bool]) -> Entry:
    # The company replaces attributes that change and never alters them: what is held here stays as it is.
    return Entry(item.id, item.attributes, item.cleared, links=tuple(links.items()))


def _attributes(entry: Entry, names: Names, default: tuple[str, ...]) -> dict[str, Any]:
    """Selected attributes: what never had a value is absent, what was cleared is null."""
    values = entry.attributes
    wanted = default if names is None else names
    return {"id": entry.id, **{n: values.get(n) for n in wanted if values.get(n) is not None or n in entry.cleared}}


def _managers(settings: Settings, links: Links) -> Links:
    """What is told of managers: all, without the one before where there is a new one, or nothing."""
    if settings.delta_manager == "absent":
        return ()
    linked = tuple(link for link in links if link[1])
    return linked or links if settings.delta_manager == "new" else links


def _link(company: Company, other: str, linked: bool) -> dict[str, Any]:
    kind = company.kind(other) or ("group" if other in company.deleted_groups else "user")
    entry: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}", "id": other}
    # The documentation has this reason for a removed link whatever became of the other end.
    return entry if linked else entry | {"@removed": {"reason": "deleted"}}


def _selected(company: Company, names: Names, collection: Collection, change: Change) -> bool:
    """Whether a change is one of what the client asked to be told of."""
    if change.what == "manager":
        return tracks(names, collection)
    if change.what.startswith("member "):
        # A deleted group keeps losing members; it is gone already.
        return tracks(names, collection) and change.id in company.groups
    return change.what != "updated" or names is None or not set(names).isdisjoint(change.names)


def _log(changes: list[Change], since: int, until: int) -> list[Change]:
    first = bisect_right(changes, since, key=lambda change: change.version)
    last = bisect_right(changes, until, key=lambda change: change.version)
    return changes[first:last]


def _arranged(tenant: Tenant, entries: list[Entry]) -> list[Entry]:
    """Large groups in slices, the later ones behind the other objects; shuffled and repeated by the settings."""
    settings, size = tenant.settings, tenant.settings.delta_members
    heads = [e._replace(links=e.links[:size]) if len(e.links) > size else e for e in entries]
    rest = [e._replace(links=e.links[at : at + size]) for e in entries for at in range(size, len(e.links), size)]
    found = heads + rest
    rng = random.Random(len(found))
    if settings.delta_shuffle:
        rng.shuffle(found)
    return found + rng.sample(found, len(found) // 2) if settings.delta_repeat else found
