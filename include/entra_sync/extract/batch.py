"""Many small GETs as ``$batch`` requests of twenty, several under way at once.

The envelope is 200 whatever its items are: each item has a status, a Retry-After and a nextLink of its own, and comes
back in any order (docs/graph.md, 4). What can pass is tried again by item; everything else is the caller's to judge.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from entra_sync.errors import GraphProtocolError
from entra_sync.extract.calls import Answer, Call
from entra_sync.extract.client import GraphClient
from entra_sync.extract.retry import RETRIED_STATUSES

SIZE = 20  # Graph's own maximum

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True)
class Item(Generic[K]):
    """One call of a batch, and what the caller knows it by; ``attempt`` counts from 1."""

    key: K
    call: Call
    attempt: int = 1


async def in_batches(
    client: GraphClient, items: Iterable[Item[K]], take: Callable[[Item[K], Answer], Iterable[Item[K]]]
) -> None:
    """Send all items; ``take`` gets each answer once and gives further items, such as the next page.

    A next page goes before what has not begun, and a batch is made when the one before it has left: the longest chain
    decides when all is read. Raises the first error that no retry can mend, or what ``take`` raises.
    """
    waiting = deque(items)
    working: set[asyncio.Task[list[Item[K]]]] = set()
    left = asyncio.Event()
    left.set()
    watch: asyncio.Task[bool] | None = None
    try:
        while waiting or working:
            while waiting and left.is_set() and len(working) < client.pace.limit:
                part = [waiting.popleft() for _ in range(min(SIZE, len(waiting)))]
                left.clear()
                working.add(asyncio.create_task(_one(client, part, take, left.set)))
            watch = asyncio.create_task(left.wait())
            done, _ = await asyncio.wait({*working, watch} if waiting else working, return_when=asyncio.FIRST_COMPLETED)
            watch.cancel()
            for task in working & done:
                working.discard(task)
                waiting.extendleft(reversed(task.result()))
    finally:
        rest: list[asyncio.Task[Any]] = [*working, *([watch] if watch else [])]
        for ended in rest:
            ended.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _one(
    client: GraphClient,
    items: list[Item[K]],
    take: Callable[[Item[K], Answer], Iterable[Item[K]]],
    on_leaving: Callable[[], None],
) -> list[Item[K]]:
    """Send one batch; gives the items that follow: those to try again, after their wait, and new ones."""
    answers = await client.batch([item.call for item in items], on_leaving=on_leaving)
    following: list[Item[K]] = []
    again: list[Item[K]] = []
    longest_s = 0.0
    for item, answer in zip(items, answers, strict=True):
        if answer.status == 0:
            raise GraphProtocolError("Graph answered an item of a $batch without a status.")
        if answer.status in RETRIED_STATUSES or (answer.status == 401 and item.attempt == 1):
            wait_s = client.retry.wait_s(item.attempt, answer.retry_after_s)
            if wait_s is None:
                raise answer.failure(item.call)
            longest_s = max(longest_s, wait_s)
            client.note_refusal(answer, wait_s)
            again.append(Item(key=item.key, call=item.call, attempt=item.attempt + 1))
        else:
            following += take(item, answer)
    if again:
        client.traffic.retries += len(again)
        await asyncio.sleep(longest_s)
    return again + following
