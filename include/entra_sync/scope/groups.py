"""Who belongs to a group through other groups.

Graph's direct memberships in; sets of ids out. Groups may contain each other in circles: every group is
entered once.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from entra_sync.groups import texts
from entra_sync.mapping.rows import Column, pc


def children(memberships: pa.Table, *, barred: Iterable[str] = ()) -> dict[str, list[str]]:
    """Group -> the groups that are its direct members, without those that must not be entered."""
    nested = memberships.filter(pc.equal(memberships["member_type"], "group"))
    closed = set(barred)
    inside: dict[str, list[str]] = {}
    for group_id, member_id in zip(texts(nested["group_id"]), texts(nested["member_id"]), strict=True):
        if member_id not in closed:
            inside.setdefault(group_id, []).append(member_id)
    return inside


def with_nested(roots: Iterable[str], inside: dict[str, list[str]]) -> set[str]:
    """The groups themselves and all groups inside them, at any depth."""
    found = set(roots)
    waiting = list(found)
    while waiting:
        for member in inside.get(waiting.pop(), ()):
            if member not in found:
                found.add(member)
                waiting.append(member)
    return found


def users_within(roots: Iterable[str], memberships: pa.Table) -> Column:
    """Ids of the users in these groups, nested ones included; who is in several of them comes several times."""
    reached = pa.array(sorted(with_nested(roots, children(memberships))), pa.string())
    of_users = pc.equal(memberships["member_type"], "user")
    meant = pc.and_(of_users, pc.is_in(memberships["group_id"], value_set=reached))
    return memberships["member_id"].filter(meant).combine_chunks()


def groups_around(entra_id: str, memberships: pa.Table) -> dict[str, tuple[str, ...]]:
    """The groups that a user belongs to, at any depth -> the ids on the way from the group down to the user.

    A way begins with the group itself; it is the shortest, and of several the smallest.
    """
    nested = memberships.filter(pc.equal(memberships["member_type"], "group"))
    outside: dict[str, list[str]] = {}
    for group_id, member_id in zip(texts(nested["group_id"]), texts(nested["member_id"]), strict=True):
        outside.setdefault(member_id, []).append(group_id)
    mine = memberships.filter(pc.equal(memberships["member_id"], entra_id))
    own = texts(mine.filter(pc.equal(mine["member_type"], "user"))["group_id"])
    level: dict[str, tuple[str, ...]] = {one: (one,) for one in own}
    ways: dict[str, tuple[str, ...]] = {}
    while level:
        ways |= level
        further: dict[str, tuple[str, ...]] = {}
        for inner, way in level.items():
            for outer in outside.get(inner, ()):
                if outer not in ways:
                    further[outer] = min(further.get(outer, (outer, *way)), (outer, *way))
        level = further
    return ways


def names_of(groups: pa.Table, ids: Iterable[str]) -> dict[str, str]:
    """Display names of some groups by id; empty text where there is none."""
    chosen = groups.filter(pc.is_in(groups["id"], value_set=pa.array(list(ids), pa.string())))
    return dict(zip(texts(chosen["id"]), texts(chosen["displayName"]), strict=True))
