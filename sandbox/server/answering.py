"""What every Graph request has in common: faults, the bearer token, error bodies, identifying headers.

An answer of a fault costs nothing of the quota; near the quota every answer says so, items of a batch too.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

from sandbox.faults import Fault
from sandbox.server.errors import ConnectionDropped, GraphRefusal, error_body, invalid_token
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.tenant import GRAPH, Tenant

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
Handler = Callable[[Tenant, GraphRequest], Awaitable[Reply]]


async def answer(tenant: Tenant, request: GraphRequest, handler: Handler) -> Reply:
    """Answer one request, alone or out of a batch. Raises ConnectionDropped when a fault says so."""
    request_id = str(uuid.uuid4())
    client_request_id = request.headers.get("client-request-id", request_id)
    fault = tenant.faults.match(request.method, request.target)
    try:
        reply = await faulted(fault, (request_id, client_request_id))
        if reply is None:
            reply = await handler(tenant, request)
        if fault is not None and fault.next_link is not None and isinstance(reply.body, dict):
            reply.body.pop("@odata.deltaLink", None)
            reply.body["@odata.nextLink"] = fault.next_link.format(self=f"{request.base}{request.target}")
    except GraphRefusal as error:
        body = error_body(error.code, error.message, request_id, client_request_id)
        reply = Reply(status=error.status, body=body, headers={"x-ms-resource-unit": "1"} | error.headers)
    identity = {"Cache-Control": "no-cache", "request-id": request_id, "client-request-id": client_request_id}
    reply.headers = {"Content-Type": JSON} | identity | tenant.throttle.pressure() | reply.headers
    return reply


async def faulted(fault: Fault | None, ids: tuple[str, str]) -> Reply | None:
    """The answer of the fault that a request meets, None when it meets none or the true answer follows."""
    if fault is None:
        return None
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault.close:
        raise ConnectionDropped
    if not fault.answers:
        return None
    body = error_body(*fault.error(), *ids) if fault.body is None and fault.raw is None else fault.body
    return Reply(status=fault.status or 200, body=body, raw=fault.raw, headers=dict(fault.headers))


def check_token(tenant: Tenant, request: GraphRequest) -> None:
    """Refuse a request without a bearer token of ours for Graph that is still valid."""
    scheme, _, name = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not name.strip():
        raise invalid_token("Access token is empty.")
    token = tenant.tokens.get(name.strip())
    if token is None:
        raise invalid_token("CompactToken parsing failed with error code: 80049217")
    if token.audience != GRAPH:
        raise invalid_token("Access token validation failure. Invalid audience.")
    if time.monotonic() >= token.expires_at:
        raise invalid_token("Lifetime validation failed, the token is expired.")
