"""The change feed of users and groups: who changed since a token was given, and where the next round begins.

Delta says *who* changed. What they are now is read from the object itself (docs/rules.md, 8): records leave out
attributes that were never set, may lack the manager, come several times and in any order. Only ``members@delta`` is
taken as it is, in the order of arrival. Facts: docs/graph.md, 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from entra_sync.errors import ENDS_THE_READING, GraphError, GraphProtocolError
from entra_sync.extract.calls import Call, Row, object_type, page_of, path_of
from entra_sync.extract.chain import RESTARTS, page_expired
from entra_sync.extract.client import GraphClient
from entra_sync.extract.group_lists import PERMISSION as GROUP_PERMISSION
from entra_sync.extract.select import GROUP_SELECT
from entra_sync.extract.users import PERMISSION as USER_PERMISSION

PERMISSIONS = {"users": USER_PERMISSION, "groups": GROUP_PERMISSION}


class DeltaLost(Exception):
    """The token is no longer accepted, the feed leads nowhere, or there is none: everything has to be listed."""


@dataclass
class Round:
    """What one feed told: pages, the link of the next round, and the objects in the order of their last word."""

    pages: int = 0
    link: str = ""
    # True: the last word about the object was that it is gone.
    removed: dict[str, bool] = field(default_factory=dict)
    # group id -> member id -> its type, or None when the membership has ended.
    members: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def take(self, rows: list[Row]) -> None:
        """Take in one page."""
        for row in rows:
            object_id = row.get("id")
            if not isinstance(object_id, str):
                raise GraphProtocolError("The change feed has an object without an id.")
            self.removed.pop(object_id, None)
            self.removed[object_id] = "@removed" in row
            for entry in row.get("members@delta") or []:
                self._member(object_id, entry)

    def _member(self, group_id: str, entry: Row) -> None:
        member_id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(member_id, str):
            raise GraphProtocolError(f"The change feed of the group {group_id} has a member without an id.")
        # The reason of a removal tells nothing about a link (docs/graph.md, 2).
        kind = None if "@removed" in entry else object_type(entry) or "directoryObject"
        self.members.setdefault(group_id, {})[member_id] = kind


def tracked(collection: str, select: list[str], *, managers: bool) -> str:
    """The query whose answers the feed tells changes of."""
    names = [*select, "manager"] if managers and collection == "users" else select
    if collection == "groups":
        names = [*GROUP_SELECT, "members"]
    return f"/{collection}/delta?$select={','.join(names)}"


async def latest(client: GraphClient, query: str, collection: str) -> str | None:
    """A link to everything that happens from now on, or None where the tenant has no change feed (B2C, external)."""
    call = Call(url=f"{query}&$deltatoken=latest", permission=PERMISSIONS[collection])
    try:
        return (await follow(client, call.url, collection)).link
    except DeltaLost:
        return None


async def follow(
    client: GraphClient, link: str, collection: str, enough: Callable[[Round], bool] = lambda _: False
) -> Round:
    """Read one round to its end, or until ``enough`` (the link is then empty).

    Begins again, boundedly, when a page token expires on the way. Raises DeltaLost when the feed cannot be used.
    """
    for restarts in range(RESTARTS + 1):
        try:
            return await _follow(client, link, collection, enough)
        except GraphError as error:
            if isinstance(error, ENDS_THE_READING):
                raise
            if not page_expired(error) or restarts == RESTARTS:
                # 400 or 404 syncStateNotFound, 410 and whatever else: a full reading is right in any case.
                raise DeltaLost(f"HTTP {error.status} {error.code}") from error
            client.traffic.restarts += 1
    raise AssertionError("unreachable")


async def _follow(client: GraphClient, link: str, collection: str, enough: Callable[[Round], bool]) -> Round:
    read = Round()
    call = Call(url=link, permission=PERMISSIONS[collection])
    seen = {link}
    while True:
        body = await client.get(call)
        rows, following = page_of(body, call.url)
        read.pages += 1
        read.take(rows)
        if following is None:
            read.link = _delta_link(body, call.url)
            return read
        if enough(read):
            return read
        if following in seen:
            # Seen with groups/delta of real tenants (docs/graph.md, 2): the feed leads nowhere, a list does.
            raise DeltaLost("the same nextLink twice")
        seen.add(following)
        call = call.next(following)


def _delta_link(body: Row, url: str) -> str:
    link = body.get("@odata.deltaLink")
    if not isinstance(link, str):
        raise GraphProtocolError(f"GET {path_of(url)} ended without a deltaLink.")
    return link
