"""One list of each of many groups: members, or owners.

Lists of different groups are independent: they are asked for in ``$batch`` of 20, each item with its own status and
its own nextLink (docs/graph.md, 3 and 4). What is read of a group counts when its last page has come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from entra_sync.errors import GraphError, GraphProtocolError, GraphUnavailable
from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import Answer, Call, Row, page_of
from entra_sync.extract.chain import RESTARTS, page_expired
from entra_sync.extract.client import GraphClient

PERMISSION = "GroupMember.Read.All"

T = TypeVar("T")


@dataclass
class GroupLists(Generic[T]):
    """Reads lists. ``first``: the call for a group's first page, ``keep``: what is kept of a page that is not empty,
    ``done`` gets a group with all that was kept of it. ``vanished``: groups that are not there any more."""

    client: GraphClient
    first: Callable[[str], Call]
    keep: Callable[[str, list[Row]], T]
    done: Callable[[str, list[T]], None]
    pages: int = 0
    vanished: dict[str, GraphError] = field(default_factory=dict)
    _begun: dict[str, list[T]] = field(default_factory=lambda: defaultdict(list))
    _links: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _restarts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def read(self, group_ids: Iterable[str]) -> None:
        """Read every list whole; raises the first error that no retry can mend."""
        await in_batches(self.client, (Item(key=one, call=self.first(one)) for one in group_ids), self._take)
        await self._confirm_vanished()

    async def _confirm_vanished(self) -> None:
        """Hold every 404 against the group itself.

        Raises GraphUnavailable when the group is there: a replica is behind, as for a group that was just made.
        """

        def take(item: Item[str], answer: Answer) -> list[Item[str]]:
            if answer.ok:
                error = self.vanished[item.key]
                raise GraphUnavailable(
                    error.message,
                    hint="The group itself is there; it is asked again later.",
                    status=error.status,
                    code=error.code,
                    request_id=error.request_id,
                )
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
            self._begun[group_id].append(self.keep(group_id, value))
        if link is None:
            self.done(group_id, self._begun.get(group_id, []))
            self._drop(group_id)
            return []
        if link in self._links[group_id]:
            raise GraphProtocolError(f"Graph gave the same nextLink twice for a list of the group {group_id}.")
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
        return [Item(key=group_id, call=self.first(group_id))]

    def _drop(self, group_id: str) -> None:
        self._begun.pop(group_id, None)
        self._links.pop(group_id, None)
