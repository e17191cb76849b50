"""Owners of the groups that become teams: read only when the account lets an owner lead (``lead: owner``).

Every night anew, in incremental runs too: no change feed that docs/graph.md vouches for tells of owners.
``$expand=owners`` would bring pages down to 100 groups (docs/graph.md, 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from entra_sync.errors import GraphProtocolError
from entra_sync.extract.calls import Call, Row, object_type
from entra_sync.extract.client import GraphClient
from entra_sync.extract.group_lists import PERMISSION, GroupLists
from entra_sync.extract.select import COLUMN_TYPES, OWNERS
from entra_sync.groups import texts


@dataclass
class OwnersRead:
    """Group id -> ids of its owners who are users, sorted; pages read; groups that are not there any more."""

    of_group: dict[str, list[str]] = field(default_factory=dict)
    pages: int = 0
    vanished: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """How many owners there are, of all groups that are still there."""
        return sum(len(ids) for group_id, ids in self.of_group.items() if group_id not in self.vanished)


async def read_owners(client: GraphClient, group_ids: Iterable[str]) -> OwnersRead:
    """Ask for the owners of these groups. Raises the first error that no retry can mend."""
    found = OwnersRead()

    def done(group_id: str, pages: list[list[str]]) -> None:
        found.of_group[group_id] = sorted({one for page in pages for one in page})

    lists = GroupLists(client, first=_first, keep=_users, done=done)
    await lists.read(group_ids)
    found.pages, found.vanished = lists.pages, set(lists.vanished)
    return found


def with_owners(groups: pa.Table, owners: Mapping[str, list[str]]) -> pa.Table:
    """The groups with these owners and no others in the column ``owner_ids``; null where they were not asked for."""
    column = pa.array([owners.get(one) for one in texts(groups["id"])], COLUMN_TYPES[OWNERS])
    return groups.set_column(groups.column_names.index(OWNERS), OWNERS, column)


def _first(group_id: str) -> Call:
    return Call(url=f"/groups/{group_id}/owners?$select=id", permission=PERMISSION)


def _users(group_id: str, owners: list[Row]) -> list[str]:
    """Ids of the users among the owners; an application can be an owner too, and leads nobody."""
    for entry in owners:
        if not isinstance(entry.get("id"), str):
            raise GraphProtocolError(f"The group {group_id} has an owner without an id.")
    return [entry["id"] for entry in owners if object_type(entry) in ("user", None)]
