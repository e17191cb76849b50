"""What a snapshot keeps of people who were forgotten: the object id, and what decides that they stay away.

Whoever asked that somebody's data be erased (``entra-sync forget``) does not want the next night to bring them back
from a directory that has the account still, disabled. Who is enabled there is in the snapshot like everybody: the
directory is the source of users, and it has them again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from entra_sync.extract.tables import pc

Column = Any  # pa.ChunkedArray; the stubs' element types say less than they cost

# Everything else of a user is about the person.
KEPT = ("id", "accountEnabled", "userType")


def without_forgotten(users: pa.Table, forgotten: Collection[str]) -> pa.Table:
    """Users as they are read: those of ``forgotten`` whose account is disabled without all but KEPT."""
    return blanked(users, pc.and_(among(users["id"], forgotten), pc.equal(users["accountEnabled"], False)))


def emptied(users: pa.Table) -> list[str]:
    """Ids of users whose row an erasure emptied although the account is not disabled: they have to be read again.

    Every user has a userPrincipalName; of a group that they come into the users' change feed says nothing.
    """
    nameless = pc.and_(pc.is_valid(users["id"]), pc.is_null(users["userPrincipalName"]))
    is_disabled = pc.fill_null(pc.equal(users["accountEnabled"], False), False)
    return [str(one) for one in users["id"].filter(pc.and_(nameless, pc.invert(is_disabled))).to_pylist()]


def among(ids: Column, wanted: Collection[str]) -> Column:
    """Which of the ids are wanted; letter case makes no difference."""
    return pc.is_in(pc.utf8_lower(ids), value_set=pa.array(sorted(one.lower() for one in wanted), pa.string()))


def blanked(table: pa.Table, rows: Column, kept: Collection[str] = KEPT) -> pa.Table:
    """The table, ``rows`` with null in every column but ``kept``; the very same table when it is about none."""
    chosen = pc.fill_null(rows, False)
    if not pc.any(chosen, min_count=0).as_py():
        return table
    for place, field in enumerate(table.schema):
        if field.name not in kept:
            nothing = pa.scalar(None, field.type)
            table = table.set_column(place, field, pc.if_else(chosen, nothing, table[field.name]))
    return table
