"""Groups and their direct members.

Members of different groups are independent: they are asked for in ``$batch`` of 20, each item with its own status and
its own nextLink (docs/graph.md, 4). ``$expand=members`` would cut every group at 20 members without saying so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from entra_sync.errors import GraphError, GraphProtocolError
from entra_sync.extract.client import BATCH_SIZE, CONCURRENCY, Answer, Call, GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.retry import RETRIED_STATUSES
from entra_sync.extract.select import GROUP_SELECT
from entra_sync.extract.snapshot import Certificate, TableWriter
from entra_sync.extract.users import object_type

PERMISSION = "GroupMember.Read.All"
HIDDEN_PERMISSION = "Member.Read.Hidden"


@dataclass(frozen=True, kw_only=True)
class MemberCall:
    """The next page of one group's members; ``attempt`` counts the tries of this page."""

    group_id: str
    call: Call
    attempt: int = 1


@dataclass
class MemberReader:
    """Reads the members of many groups at once; pages of one group follow each other."""

    client: GraphClient
    writer: TableWriter
    pages: int = 0
    vanished: dict[str, GraphError] = field(default_factory=dict)
    waiting: deque[MemberCall] = field(default_factory=deque)
    seen_links: set[str] = field(default_factory=set)

    async def read(self, group_ids: list[str], hidden: set[str]) -> None:
        """Write every direct member of the groups; raises the first error that no retry can mend."""
        self.waiting.extend(_first_page(group_id, hidden=group_id in hidden) for group_id in group_ids)
        working: set[asyncio.Task[None]] = set()
        try:
            while self.waiting or working:
                while self.waiting and len(working) < CONCURRENCY - 1:
                    items = [self.waiting.popleft() for _ in range(min(BATCH_SIZE, len(self.waiting)))]
                    working.add(asyncio.create_task(self._batch(items)))
                done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in working:
                task.cancel()

    async def confirm_vanished(self) -> None:
        """Hold every 404 against the group itself. Raises the 404's own error when the group is still there."""
        for group_id, failure in self.vanished.items():
            call = Call(url=f"/groups/{group_id}?$select=id", permission=PERMISSION)
            try:
                await self.client.get(call)
            except GraphError as error:
                if error.status != 404:
                    raise
            else:
                raise failure

    async def _batch(self, items: list[MemberCall]) -> None:
        answers = await self.client.batch([item.call for item in items])
        again: list[MemberCall] = []
        longest_s = 0.0
        for item, answer in zip(items, answers, strict=True):
            if answer.status in RETRIED_STATUSES:
                wait_s = self.client.retry.wait_s(item.attempt, answer.retry_after_s)
                if wait_s is None:
                    raise self.client.failure(answer, item.call)
                longest_s = max(longest_s, wait_s)
                again.append(MemberCall(group_id=item.group_id, call=item.call, attempt=item.attempt + 1))
            else:
                self._take(item, answer)
        if again:
            self.client.traffic.retries += len(again)
            await asyncio.sleep(longest_s)
            self.waiting.extend(again)

    def _take(self, item: MemberCall, answer: Answer) -> None:
        """Write one page of one group, and line up the next one."""
        if answer.status == 404:
            # Deleted between the listing and this call, or so it seems: ``confirm_vanished`` asks for the group itself.
            self.vanished[item.group_id] = self.client.failure(answer, item.call)
            return
        if answer.status != 200:
            raise self.client.failure(answer, item.call)
        value = answer.body.get("value") if isinstance(answer.body, dict) else None
        if not isinstance(value, list):
            raise GraphProtocolError(f"The members of the group {item.group_id} came without a list.")
        self.pages += 1
        rows = [_edge(item.group_id, entry) for entry in value]
        if rows:
            self.writer.write(record_batch(rows, self.writer.schema))
        link = answer.body.get("@odata.nextLink")
        if link is None:
            return
        if not isinstance(link, str) or link in self.seen_links:
            raise GraphProtocolError(
                f"Graph gave the same nextLink twice for the members of the group {item.group_id}."
            )
        self.seen_links.add(link)
        self.waiting.append(MemberCall(group_id=item.group_id, call=Call(url=link, permission=item.call.permission)))


@dataclass(frozen=True, kw_only=True)
class GroupsRead:
    """Certificates of groups and members, and how many groups' hidden members were not asked for."""

    groups: Certificate
    members: Certificate
    hidden_skipped: int


async def read_groups(
    client: GraphClient, groups: TableWriter, memberships: TableWriter, *, hidden: bool
) -> GroupsRead:
    """Write every group and every direct membership.

    Members of a group with hidden membership are asked for only with ``hidden``: they need a permission of their own.
    """
    rows, pages = await _listing(client)
    counted = await client.count("groups", PERMISSION)
    concealed = {row["id"] for row in rows if row.get("visibility") == "HiddenMembership"}
    asked = [row["id"] for row in rows if hidden or row["id"] not in concealed]
    reader = MemberReader(client, memberships)
    await reader.read(asked, concealed)
    await reader.confirm_vanished()
    present = [row for row in rows if row["id"] not in reader.vanished]
    groups.write(record_batch(present, groups.schema))
    return GroupsRead(
        groups=Certificate(pages=pages, rows=len(rows), counted=counted, ended=True, holds=len(rows) == counted),
        # Graph counts no memberships: the chain of every group that was asked for has ended, or an error was raised.
        members=Certificate(pages=reader.pages, rows=memberships.rows, counted=None, ended=True, holds=True),
        hidden_skipped=0 if hidden else len(concealed),
    )


async def _listing(client: GraphClient) -> tuple[list[dict[str, Any]], int]:
    by_id: dict[str, dict[str, Any]] = {}
    pages = 0
    chain: AsyncIterator[list[dict[str, Any]]] = client.pages(
        Call(url=f"/groups?$select={','.join(GROUP_SELECT)}&$top=999", permission=PERMISSION)
    )
    async for page in chain:
        pages += 1
        for row in page:
            if not isinstance(row.get("id"), str):
                raise GraphProtocolError("GET /groups answered with a group that has no id.")
            by_id.setdefault(row["id"], row)
    return list(by_id.values()), pages


def _first_page(group_id: str, *, hidden: bool) -> MemberCall:
    permission = f"{PERMISSION} and {HIDDEN_PERMISSION}" if hidden else PERMISSION
    return MemberCall(
        group_id=group_id, call=Call(url=f"/groups/{group_id}/members?$select=id&$top=999", permission=permission)
    )


def _edge(group_id: str, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise GraphProtocolError(f"The group {group_id} has a member without an id.")
    return {"group_id": group_id, "member_id": entry["id"], "member_type": object_type(entry)}
