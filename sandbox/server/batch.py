"""``POST /$batch``: up to twenty requests in one, answered in any order, each with its own status.

https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import base64
import random
from typing import Any

import orjson

from sandbox.server.answering import answer, check_token
from sandbox.server.errors import GraphRefusal, bad_request
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.routes import answer_item
from sandbox.server.tenant import Tenant

LARGEST = 20


async def answer_batch(tenant: Tenant, request: GraphRequest) -> Reply:
    """Answer every item; the batch as a whole is 200 as soon as it is well-formed and authorised."""
    check_token(tenant, request)
    if request.method != "POST":
        raise GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    items = _items(request.content)
    statuses: dict[str, int] = {}
    responses = []
    for item in items:
        reply = await _answer_item(tenant, request, item, statuses)
        statuses[str(item["id"]).lower()] = reply.status
        responses.append(_response(item, reply))
    tenant.counters.batch_items += len(items)
    random.shuffle(responses)
    return Reply(body={"responses": responses})


async def _answer_item(tenant: Tenant, request: GraphRequest, item: dict[str, Any], statuses: dict[str, int]) -> Reply:
    for needed in item.get("dependsOn") or []:
        if statuses.get(str(needed).lower(), 424) >= 400:
            error = {"code": "FailedDependency", "message": "A request that this one depends on has failed."}
            return Reply(status=424, body={"error": error})
    url = str(item["url"])
    inner = GraphRequest(
        method=str(item["method"]).upper(),
        target=url if url.startswith("/") else f"/{url}",
        headers={str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()},
        base=request.base,
    )
    return await answer(tenant, inner, answer_item)


def _items(content: bytes) -> list[dict[str, Any]]:
    """The items of a batch; refuses the whole when its form is wrong."""
    try:
        items = orjson.loads(content)["requests"]
    except (ValueError, KeyError, TypeError):
        raise bad_request("Unable to read JSON request payload.", "BadRequest") from None
    if not isinstance(items, list) or not 1 <= len(items) <= LARGEST:
        number = len(items) if isinstance(items, list) else 0
        raise bad_request(
            f"Number of batch request steps has to be between 1 and {LARGEST}; found {number}.", "BadRequest"
        )
    seen: set[str] = set()
    for item in items:
        if not isinstance(item, dict) or not all(isinstance(item.get(n), str) for n in ("id", "method", "url")):
            raise bad_request("Every request of a batch needs the texts id, method and url.", "BadRequest")
        if item["url"].startswith(("http://", "https://", "/$batch", "$batch")):
            raise bad_request("The url of a batch request has to be relative, and no batch itself.", "BadRequest")
        if item["id"].lower() in seen:
            raise bad_request(f"Request Id {item['id']} has to be unique in a batch.", "BadRequest")
        seen.add(item["id"].lower())
    return items


def _response(item: dict[str, Any], reply: Reply) -> dict[str, Any]:
    body = reply.body
    if reply.text is not None or reply.raw is not None:
        # What is not JSON travels as base64 text.
        content = reply.raw if reply.raw is not None else (reply.text or "").encode()
        body = base64.b64encode(content).decode()
    return {"id": item["id"], "status": reply.status, "headers": reply.headers, "body": body}
