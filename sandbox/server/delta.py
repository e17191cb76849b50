"""``/users/delta`` and ``/groups/delta``: rounds of changes, in pages, each ending in the position of the next one.

https://learn.microsoft.com/graph/delta-query-overview. A position is the version of the company that was told last,
signed, so that it outlives a restart; a page in the middle of a round is kept in memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from sandbox.server.errors import GraphRefusal, bad_request, unsupported
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.properties import select
from sandbox.server.rounds import Entry, first_round, later_round, shown
from sandbox.server.tenant import Tenant

Collection = Literal["users", "groups"]
LOST = "The sync state generation is not found. The delta token is expired and data must be synchronized again."


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a client stands: told up to ``version``; the round before began at ``before`` (-1: there was none)."""

    collection: str
    select: str | None
    version: int
    before: int
    resets: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rest of a round; ``empty``: nothing is on this page."""

    collection: str
    entries: list[Entry]
    place: int
    following: Position
    empty: bool = False


def users(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /users/delta."""
    return _answer(tenant, request, "users")


def groups(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /groups/delta."""
    return _answer(tenant, request, "groups")


def _answer(tenant: Tenant, request: GraphRequest, collection: Collection) -> Reply:
    if not tenant.settings.delta_supported:
        raise unsupported("Delta queries are not supported in this tenant.")
    query = request.query()
    if "$filter" in query:
        raise unsupported("$filter is not supported by this change feed.")
    if "$skiptoken" in query:
        if "$select" in query:
            raise bad_request("$select is not supported together with $skiptoken.")
        page = tenant.rounds.get(query["$skiptoken"])
        if not isinstance(page, Page) or page.collection != collection:
            raise _lost(tenant, request)
    else:
        page = _begin(tenant, request, collection, query)
    return Reply(body=_page(tenant, request, page))


def _begin(tenant: Tenant, request: GraphRequest, collection: Collection, query: dict[str, str]) -> Page:
    """The first page of a round."""
    token, company = query.get("$deltatoken"), tenant.company
    names = query.get("$select")
    with company.lock:
        now = company.version
        if not token or token.lower() == "latest":
            select(_without_links(names), "user" if collection == "users" else "group")
            entries = [] if token else first_round(tenant, collection, names)
            position = Position(collection=collection, select=names, version=now, before=-1, resets=tenant.delta_resets)
            return Page(collection=collection, entries=entries, place=0, following=position)
        at = _read(tenant, token)
        oldest = company.changes[0].version - 1 if company.changes else now
        if at is None or at.collection != collection or at.resets != tenant.delta_resets or at.version < oldest:
            raise _lost(tenant, request)
        until = max(at.version, now - tenant.settings.delta_lag)
        entries = []
        if tenant.settings.delta_repeat and at.before >= 0:
            entries += later_round(tenant, collection, names or at.select, at.before, at.version)
        entries += later_round(tenant, collection, names or at.select, at.version, until)
        position = Position(
            collection=collection,
            select=names or at.select,
            version=until,
            before=at.version,
            resets=tenant.delta_resets,
        )
        return Page(collection=collection, entries=entries, place=0, following=position)


def _page(tenant: Tenant, request: GraphRequest, page: Page) -> dict[str, Any]:
    """Objects until the page is full, and the link to what follows."""
    settings = tenant.settings
    place, members = page.place, 0
    rows: list[dict[str, Any]] = []
    while not page.empty and place < len(page.entries) and len(rows) < settings.delta_page:
        entry = page.entries[place]
        if rows and members + len(entry.members) > settings.delta_members:
            break
        members += len(entry.members)
        rows.append(shown(tenant, page.collection, page.following.select, entry))
        place += 1
    body: dict[str, Any] = {"@odata.context": f"{request.base}/$metadata#{page.collection}", "value": rows}
    if place < len(page.entries):
        rest = Page(
            collection=page.collection,
            entries=page.entries,
            place=place,
            following=page.following,
            empty=settings.empty_pages and not page.empty,
        )
        token = tenant.rounds.put(secrets.token_urlsafe(48), rest)
        body["@odata.nextLink"] = f"{request.base}/{page.collection}/delta?$skiptoken={token}"
    else:
        body["@odata.deltaLink"] = f"{request.base}/{page.collection}/delta?$deltatoken={_sign(tenant, page.following)}"
    return body


def _without_links(names: str | None) -> str | None:
    """A ``$select`` without the relations that may be tracked."""
    if names is None:
        return None
    return ",".join(name for name in names.split(",") if name not in ("manager", "members")) or "id"


def _sign(tenant: Tenant, position: Position) -> str:
    content = orjson.dumps(vars(position))
    return base64.urlsafe_b64encode(_seal(tenant, content) + content).decode().rstrip("=")


def _read(tenant: Tenant, token: str) -> Position | None:
    """The position of a token; None when it is none of ours."""
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    seal, content = data[:32], data[32:]
    return Position(**orjson.loads(content)) if hmac.compare_digest(seal, _seal(tenant, content)) else None


def _seal(tenant: Tenant, content: bytes) -> bytes:
    return hmac.new(tenant.app.client_secret.encode(), content, hashlib.sha256).digest()


def _lost(tenant: Tenant, request: GraphRequest) -> GraphRefusal:
    """A position that is too old, unknown or reset."""
    status, _, old = tenant.settings.delta_refusal.partition("-")
    if status == "410":
        location = f"{request.base}{request.path}?$deltatoken="
        return GraphRefusal(410, "resyncRequired", "Resync is required.", {"Location": location})
    return GraphRefusal(int(status), "SyncStateNotFound" if old else "syncStateNotFound", LOST)
