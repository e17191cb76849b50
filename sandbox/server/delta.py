"""``/users/delta`` and ``/groups/delta``: rounds of changes, in pages, each ending in the position of the next one.

https://learn.microsoft.com/graph/delta-query-overview. A position is the version of the company that was told last,
signed, so that it outlives a restart; a round that is being read is kept in memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from sandbox.company import Company
from sandbox.server.errors import GraphRefusal, bad_request, unsupported
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.properties import ONE_USER_ONLY, select
from sandbox.server.rounds import Collection, Entry, Names, first_round, later_round, shown
from sandbox.server.tenant import Tenant
from sandbox.server.users import user_names

LOST = "The sync state generation is not found. The delta token is expired and data must be synchronized again."
# The round, the place in it, and whether the page is one without anything on it.
PAGE_TOKEN = re.compile(r"([\w-]{40,})\.(\d{1,9})(\.0)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a client stands: told up to ``version``; the round before began at ``before`` (-1: there was none)."""

    collection: str
    select: str | None
    version: int
    before: int = -1

    @property
    def names(self) -> Names:
        """What was selected, None without ``$select``."""
        return None if self.select is None else tuple(self.select.split(","))


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round: the records in their order, and the position that follows."""

    entries: list[Entry]
    following: Position


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
    if "$skiptoken" not in query:
        name, place, empty = secrets.token_urlsafe(48), 0, False
        current = _begin(tenant, request, collection, query)
    else:
        if "$select" in query:
            raise bad_request("$select is not supported together with $skiptoken.")
        match = PAGE_TOKEN.fullmatch(query["$skiptoken"])
        found = tenant.rounds.get(match[1]) if match else None
        if match is None or not isinstance(found, Round) or found.following.collection != collection:
            raise _lost(tenant, request)
        name, place, empty, current = match[1], int(match[2]), bool(match[3]), found
    records, place = ([], place) if empty else _records(tenant, collection, current, place)
    body: dict[str, Any] = {"@odata.context": f"{request.base}/$metadata#{collection}", "value": records}
    path = request.base + quote(request.path, safe="/$()")
    if place < len(current.entries):
        tenant.rounds.put(name, current)
        pause = ".0" if tenant.settings.empty_pages and not empty else ""
        body["@odata.nextLink"] = f"{path}?$skiptoken={name}.{place}{pause}"
    else:
        body["@odata.deltaLink"] = f"{path}?$deltatoken={_sign(tenant, current.following)}"
    return Reply(body=body)


def _begin(tenant: Tenant, request: GraphRequest, collection: Collection, query: dict[str, str]) -> Round:
    """A new round, fixed now."""
    token, company = query.get("$deltatoken", ""), tenant.company
    chosen = _chosen(tenant, collection, query.get("$select"))
    with company.lock:
        oldest = _oldest(company)
        visible = max(oldest, company.version - tenant.settings.delta_lag)
        if token.lower() in ("", "latest"):
            following = Position(collection=collection, select=chosen, version=visible)
            return Round(entries=[] if token else first_round(tenant, collection, following.names), following=following)
        at = _read(tenant, token)
        # A version that is still to come: the company was made anew, or an older state of it was taken up again.
        if at is None or at.collection != collection or not oldest <= at.version <= company.version:
            raise _lost(tenant, request)
        following = Position(
            collection=collection, select=chosen or at.select, version=max(at.version, visible), before=at.version
        )
        names, entries = following.names, []
        if tenant.settings.delta_repeat and at.before >= 0:
            entries += later_round(tenant, collection, names, at.before, at.version)
        entries += later_round(tenant, collection, names, at.version, following.version)
        return Round(entries=entries, following=following)


def _oldest(company: Company) -> int:
    """The lowest position that everything since is known of."""
    first = company.changes[0].version - 1 if company.changes else company.version
    return max(first, company.told_from)


def _records(tenant: Tenant, collection: Collection, current: Round, place: int) -> tuple[list[dict[str, Any]], int]:
    """Records until the page is full, and the place of what follows."""
    settings, links = tenant.settings, 0
    records: list[dict[str, Any]] = []
    for entry in current.entries[place : place + settings.delta_page]:
        links += len(entry.links)
        if records and links > settings.delta_members:
            break
        records.append(shown(tenant, collection, current.following.names, entry))
    return records, place + len(records)


def _chosen(tenant: Tenant, collection: Collection, text: str | None) -> str | None:
    """A ``$select`` in one form; the links that can be followed may be named in it."""
    if text is None:
        return None
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    relation = "manager" if collection == "users" else "members"
    own = ",".join(name for name in names if name != relation) or "id"
    if collection == "users":
        if not ONE_USER_ONLY.isdisjoint(names):
            raise bad_request("Invalid Request: $select is not supported for these properties.")
        user_names(tenant, {"$select": own})
    else:
        select(own, "group")
    return ",".join(names)


def _sign(tenant: Tenant, position: Position) -> str:
    content = orjson.dumps(position)
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
    return hmac.new(tenant.app.client_secret.encode(), b"position:" + content, hashlib.sha256).digest()


def _lost(tenant: Tenant, request: GraphRequest) -> GraphRefusal:
    """A position that is too old, unknown or reset."""
    status, _, old = tenant.settings.delta_refusal.partition("-")
    if status == "410":
        location = f"{request.base}{quote(request.path, safe='/$()')}?$deltatoken="
        return GraphRefusal(410, "resyncRequired", "Resync is required.", {"Location": location})
    return GraphRefusal(int(status), "SyncStateNotFound" if old else "syncStateNotFound", LOST)
