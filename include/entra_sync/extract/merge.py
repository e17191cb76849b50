"""A snapshot's tables and what changed since: the next tables, in Arrow, without a loop over what stayed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyarrow as pa

from entra_sync.extract.calls import Row
from entra_sync.extract.columns import record_batch
from entra_sync.extract.tables import MEMBERSHIP_SCHEMA, pc

Edge = tuple[str, str]


def replaced(base: pa.Table, rows: Collection[Row], gone: Collection[str]) -> pa.Table:
    """``base`` without the objects of ``rows`` and ``gone``, and with ``rows``; keyed by the column id."""
    out = {*gone, *(str(row["id"]) for row in rows)}
    kept = without(base, "id", out)
    new = pa.Table.from_batches([record_batch(list(rows), base.schema)], schema=base.schema)
    return pa.concat_tables([kept, new])


def merged_memberships(
    base: pa.Table,
    *,
    dropped_groups: Collection[str],
    dropped_members: Collection[str],
    changes: Mapping[Edge, str | None],
    listed: Iterable[pa.RecordBatch],
) -> pa.Table:
    """Direct memberships after a round.

    ``dropped_groups``: all edges of these groups fall away, ``dropped_members``: all edges to these members.
    ``changes``: (group, member) -> the member's type, or None for an edge that has ended; said twice is said once.
    ``listed``: whole lists of members, of groups among ``dropped_groups`` or new ones.
    """
    kept = without(without(base, "group_id", dropped_groups), "member_id", dropped_members)
    touched = {group for group, _ in changes}
    inside = kept.filter(pc.is_in(kept["group_id"], value_set=pa.array(list(touched), pa.string())))
    named = pc.is_in(_key(inside), value_set=pa.array([f"{g} {m}" for g, m in changes], pa.string()))
    added = [{"group_id": g, "member_id": m, "member_type": kind} for (g, m), kind in changes.items() if kind]
    new = pa.Table.from_batches([record_batch(added, MEMBERSHIP_SCHEMA), *listed], schema=MEMBERSHIP_SCHEMA)
    return pa.concat_tables([without(kept, "group_id", touched), inside.filter(pc.invert(named)), new])


def without(table: pa.Table, column: str, ids: Collection[str]) -> pa.Table:
    """The rows whose ``column`` is none of ``ids``."""
    if not ids:
        return table
    named = pc.is_in(table[column], value_set=pa.array(list(ids), pa.string()))
    return table.filter(pc.invert(named))


def _key(edges: pa.Table) -> Any:
    return pc.binary_join_element_wise(edges["group_id"], edges["member_id"], " ")
