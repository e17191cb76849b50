"""Direct members of many groups at once. ``$expand=members`` would cut every group at 20 without saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from entra_sync.errors import GraphError, GraphProtocolError
from entra_sync.extract.calls import Call, Row, object_type
from entra_sync.extract.client import GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.group_lists import PERMISSION, GroupLists
from entra_sync.extract.tables import MEMBERSHIP_SCHEMA

HIDDEN_PERMISSION = "Member.Read.Hidden"
UNITS = 2


@dataclass
class MemberReader:
    """Reads members; what is read of a group goes to ``write`` when its last page has come."""

    client: GraphClient
    write: Callable[[pa.RecordBatch], None]
    pages: int = 0
    # Memberships of groups with hidden membership.
    concealed_rows: int = 0
    vanished: dict[str, GraphError] = field(default_factory=dict)

    async def read(self, group_ids: Iterable[str], hidden: set[str]) -> None:
        """Write every direct member of the groups; raises the first error that no retry can mend."""

        def first(group_id: str) -> Call:
            permission = f"{PERMISSION} and {HIDDEN_PERMISSION}" if group_id in hidden else PERMISSION
            return Call(url=f"/groups/{group_id}/members?$select=id&$top=999", permission=permission, units=UNITS)

        def done(group_id: str, batches: list[pa.RecordBatch]) -> None:
            for batch in batches:
                self.write(batch)
                self.concealed_rows += batch.num_rows if group_id in hidden else 0

        lists = GroupLists(self.client, first=first, keep=_edges, done=done, vanished=self.vanished)
        await lists.read(group_ids)
        self.pages += lists.pages


def _edges(group_id: str, members: list[Row]) -> pa.RecordBatch:
    """Rows of memberships. Raises GraphProtocolError for a member without an id."""
    for entry in members:
        if not isinstance(entry.get("id"), str):
            raise GraphProtocolError(f"The group {group_id} has a member without an id.")
    edges = [{"group_id": group_id, "member_id": one["id"], "member_type": object_type(one)} for one in members]
    return record_batch(edges, MEMBERSHIP_SCHEMA)
