"""A collection, page after page, whole or not at all.

A page token can expire in the middle of a long listing (400 ``Directory_ExpiredPageToken``): nothing mends that but to
begin again, and what was read until then is thrown away (docs/graph.md, 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from entra_sync.errors import GraphError
from entra_sync.extract.calls import Call, Row
from entra_sync.extract.client import GraphClient

RESTARTS = 5

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Chain(Generic[T]):
    """What was kept of each page, in order."""

    kept: list[T]

    @property
    def pages(self) -> int:
        """Pages of the reading that reached the end."""
        return len(self.kept)


def page_expired(error: GraphError) -> bool:
    """Whether a listing has to begin again."""
    return error.status == 400 and (error.code or "").lower() == "directory_expiredpagetoken"


async def read_chain(client: GraphClient, first: Call, keep: Callable[[list[Row]], T]) -> Chain[T]:
    """Read to the end, ``keep`` applied to each page; begins again at most ``RESTARTS`` times."""
    restarts = 0
    while True:
        kept: list[T] = []
        try:
            async for page in client.pages(first):
                kept.append(keep(page))
        except GraphError as error:
            if not page_expired(error) or restarts == RESTARTS:
                raise
            restarts += 1
            client.traffic.restarts += 1
        else:
            return Chain(kept=kept)
