"""Lists in pages: size, count, and links that only the server can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sandbox.server.errors import bad_request, unsupported
from sandbox.server.messages import GraphRequest
from sandbox.server.tenant import Continuation, Tenant

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
LARGEST_EXPANDED_PAGE = 100

Render = Callable[[list[str]], list[dict[str, Any]]]


def page_size(query: dict[str, str], ceiling: int | None) -> int:
    """How many objects a page holds: ``$top``, less with ``$expand``, less if the server wants."""
    text = query.get("$top", str(DEFAULT_PAGE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE} inclusive.",
            "Request_UnsupportedQuery",
        )
    size = min(int(text), LARGEST_EXPANDED_PAGE) if "$expand" in query else int(text)
    return min(size, ceiling) if ceiling else size


def start_or_continue(
    tenant: Tenant, request: GraphRequest, kind: str, ids: Callable[[dict[str, str]], list[str]]
) -> Continuation:
    """The list that this request stands in: a new one over ``ids(query)``, or the one that its token stands for."""
    query = request.query()
    for option in ("$skip", "$orderby", "$search"):
        if option in query:
            raise unsupported(f"'{option}' is not supported by the service.")
    token = query.get("$skiptoken")
    if token is None:
        return Continuation(kind=kind, ids=ids(query), position=0, query=query)
    found = tenant.continuations.get(token)
    if found is None or found.kind != kind:
        raise bad_request(
            "The specified page token value has expired and can no longer be included in your request.",
            "Directory_ExpiredPageToken",
        )
    return found


def page(
    tenant: Tenant,
    request: GraphRequest,
    at: Continuation,
    *,
    ceiling: int | None,
    context: str,
    render: Render,
) -> dict[str, Any]:
    """One page of a list: context, count where asked for, objects, and the link to the next page."""
    body: dict[str, Any] = {"@odata.context": f"{request.base}/$metadata#{context}"}
    if at.position == 0 and request.eventual and at.query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(at.ids) + tenant.settings.count_offset.get(at.kind, 0)
    if tenant.settings.empty_pages and at.position and not at.after_empty_page:
        following, ids = replace(at, after_empty_page=True), []
    else:
        end = at.position + page_size(at.query, ceiling)
        ids = at.ids[at.position : end]
        following = replace(at, position=end)
    if following.position < len(at.ids):
        body["@odata.nextLink"] = _link(request, tenant.continue_later(following), at.query)
    body["value"] = render(ids)
    return body


def _link(request: GraphRequest, token: str, query: dict[str, str]) -> str:
    """Like Graph's: the page size may still be seen, everything else is inside the token."""
    top = f"$top={query['$top']}&" if "$top" in query else ""
    return f"{request.base}{quote(request.path, safe='/$()')}?{top}$skiptoken={token}"
