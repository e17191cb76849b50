"""Direct members of many groups at once.

Members of different groups are independent: they are asked for in ``$batch`` of 20, each item with its own status and
its own nextLink (docs/graph.md, 3 and 4). ``$expand=members`` would cut every group at 20 members without saying so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from entra_sync.errors import GraphError, GraphProtocolError
from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import Answer, Call, Row, object_type, page_of
from entra_sync.extract.chain import RESTARTS, page_expired
from entra_sync.extract.client import GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.tables import MEMBERSHIP_SCHEMA

PERMISSION = "GroupMember.Read.All"
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
    _begun: dict[str, list[pa.RecordBatch]] = field(default_factory=lambda: defaultdict(list))
    _links: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _restarts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def read(self, group_ids: Iterable[str], hidden: set[str]) -> None:
        """Write every direct member of the groups; raises the first error that no retry can mend."""
        await in_batches(self.client, (_first_page(g, hidden=g in hidden) for g in group_ids), self._take)
        await self._confirm_vanished()

    async def _confirm_vanished(self) -> None:
        """Hold every 404 against the group itself. Raises the 404's own error when the group is still there."""

        def take(item: Item[str], answer: Answer) -> list[Item[str]]:
            if answer.ok:
                raise self.vanished[item.key]
            if answer.status != 404:
                raise answer.failure(item.call)
            return []

        calls = [(g, Call(url=f"/groups/{g}?$select=id", permission=PERMISSION)) for g in self.vanished]
        await in_batches(self.client, (Item(key=group_id, call=call) for group_id, call in calls), take)

    def _take(self, item: Item[str], answer: Answer) -> Iterable[Item[str]]:
        """Keep one page of one group, and line up the next one."""
        group_id = item.key
        if answer.status == 404:
            # Deleted between the listing and this call, or so it seems: the group itself is asked for in the end.
            self.vanished[group_id] = answer.failure(item.call)
            self._drop(group_id)
            return []
        if not answer.ok:
            return self._again(item, answer)
        value, link = page_of(answer.body, item.call.url)
        self.pages += 1
        if value:
            edges = [edge(group_id, entry) for entry in value]
            self._begun[group_id].append(record_batch(edges, MEMBERSHIP_SCHEMA))
        if link is None:
            for batch in self._begun[group_id]:
                self.write(batch)
                self.concealed_rows += batch.num_rows if HIDDEN_PERMISSION in item.call.permission else 0
            self._drop(group_id)
            return []
        if link in self._links[group_id]:
            raise GraphProtocolError(f"Graph gave the same nextLink twice for the members of the group {group_id}.")
        self._links[group_id].add(link)
        return [Item(key=group_id, call=item.call.next(link))]

    def _again(self, item: Item[str], answer: Answer) -> list[Item[str]]:
        """Begin a group again whose page token has expired. Raises any other failure."""
        group_id, failure = item.key, answer.failure(item.call)
        if not page_expired(failure) or self._restarts[group_id] == RESTARTS:
            raise failure
        self._drop(group_id)
        self._restarts[group_id] += 1
        self.client.traffic.restarts += 1
        return [_first_page(group_id, hidden=HIDDEN_PERMISSION in item.call.permission)]

    def _drop(self, group_id: str) -> None:
        self._begun.pop(group_id, None)
        self._links.pop(group_id, None)


def edge(group_id: str, entry: Row) -> Row:
    """One row of memberships. Raises GraphProtocolError for a member without an id."""
    if not isinstance(entry.get("id"), str):
        raise GraphProtocolError(f"The group {group_id} has a member without an id.")
    return {"group_id": group_id, "member_id": entry["id"], "member_type": object_type(entry)}


def _first_page(group_id: str, *, hidden: bool) -> Item[str]:
    permission = f"{PERMISSION} and {HIDDEN_PERMISSION}" if hidden else PERMISSION
    url = f"/groups/{group_id}/members?$select=id&$top=999"
    return Item(key=group_id, call=Call(url=url, permission=permission, units=UNITS))
