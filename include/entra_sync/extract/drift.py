"""What a full listing found otherwise than the chain of incremental readings, although no change feed told of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from entra_sync.errors import SnapshotError
from entra_sync.extract.base import Base
from entra_sync.extract.client import GraphClient
from entra_sync.extract.delta import DeltaLost, follow
from entra_sync.extract.forgotten import emptied
from entra_sync.extract.merge import without
from entra_sync.extract.select import GROUP_SELECT
from entra_sync.extract.snapshot import Drift
from entra_sync.extract.tables import SnapshotTables, pc


async def told_since(client: GraphClient, base: Base) -> dict[str, set[str]] | None:
    """Ids that the change feeds name since ``base``, and of users whose row there an erasure emptied.

    None when the feeds tell nothing any more, or the base cannot be read.
    """
    try:
        told = {
            name: set((await follow(client, base.manifest.delta_links[name], name)).removed)
            | set(base.manifest.recheck.get(name, []))
            for name in ("users", "groups")
        }
        told["users"].update(emptied(base.tables.users))
    except (DeltaLost, KeyError, SnapshotError):
        return None
    return told


def find_drift(base: SnapshotTables, now: SnapshotTables, told: dict[str, set[str]]) -> Drift:
    """Objects and memberships that differ between the two, without those that the feeds named after the first.

    Owners are no part of it: no feed tells of them, and they are read every night.
    """
    users = differing(base.users, now.users, told["users"])
    names = list(GROUP_SELECT)
    groups = differing(base.groups.select(names), now.groups.select(names), told["groups"])
    return Drift(users=users, groups=groups, memberships=_edges(base.memberships, now.memberships, told))


def differing(base: pa.Table, now: pa.Table, told: Collection[str]) -> list[str]:
    """Ids of the rows that are in one table only or differ in any column, sorted; both tables have the same columns."""
    before, after = _plain(without(base, "id", told)), _plain(without(now, "id", told))
    alone = without(before, "id", _ids(after)), without(after, "id", _ids(before))
    place = pc.index_in(after["id"], value_set=before["id"].combine_chunks())
    both = pc.is_valid(place)
    old, new = before.take(place.filter(both)), after.filter(both)
    unlike = pa.array([False] * new.num_rows, pa.bool_())
    for name in new.column_names:
        same = pc.fill_null(pc.equal(old[name], new[name]), False)
        neither = pc.and_(pc.is_null(old[name]), pc.is_null(new[name]))
        unlike = pc.or_(unlike, pc.invert(pc.or_(same, neither)))
    found = [*new["id"].filter(unlike).to_pylist(), *(i for part in alone for i in part["id"].to_pylist())]
    return sorted(str(i) for i in found)


def _edges(base: pa.Table, now: pa.Table, told: dict[str, set[str]]) -> int:
    """How many memberships are in one table only, of groups and to members that no feed named."""
    keys = []
    for table in (base, now):
        kept = without(without(table, "group_id", told["groups"]), "member_id", told["users"] | told["groups"])
        # Large strings: five million memberships are 365 MB of keys, and a plain column ends at 2 GB.
        ends = (kept[name].cast(pa.large_string()) for name in ("group_id", "member_id"))
        keys.append(pc.binary_join_element_wise(*ends, pa.scalar(" ", pa.large_string())))
    one, other = keys
    return sum(
        int(pc.sum(pc.invert(pc.is_in(a, value_set=b.combine_chunks()))).as_py() or 0)
        for a, b in ((one, other), (other, one))
    )


def _ids(table: pa.Table) -> list[str]:
    return [str(i) for i in table["id"].to_pylist()]


def _plain(table: pa.Table) -> pa.Table:
    """Columns that can be compared: structs by their fields, lists as text."""
    flat = table.flatten()
    columns: list[Any] = [pc.binary_join(c, "\x1f") if pa.types.is_list(c.type) else c for c in flat.columns]
    return pa.table(dict(zip(flat.column_names, columns, strict=True)))
