"""The ASGI application: HTTP in front of the token endpoint, of Graph, and of the sandbox's own administration."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from email.utils import formatdate

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.scenarios import Stage, UnknownScenario
from sandbox.server import token
from sandbox.server.answering import answer, faulted
from sandbox.server.batch import answer_batch
from sandbox.server.errors import ConnectionDropped
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.routes import answer_alone
from sandbox.server.tenant import Tenant
from sandbox.wire import to_json

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


class Dropped(Response):
    """Half an answer: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send less than was announced, and end."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"value": [', "more_body": True})


def create_app(
    tenant: Tenant,
    *,
    next_day: Callable[[], list[str]] | None = None,
    stage: Stage | None = None,
    change: Callable[[float], dict[str, int]] | None = None,
    soil: Callable[[], list[str]] | None = None,
) -> Starlette:
    """The server of one tenant.

    For the bearer of the admin token: ``GET /sandbox/counters``, which with ``?reset=1`` starts counting anew; with
    ``next_day`` also ``POST /sandbox/day``, with ``stage`` also ``POST /sandbox/scenario/NAME``, with ``change`` also
    ``POST /sandbox/change?share=0.005``, with ``soil`` also ``POST /sandbox/dirty``.
    """

    async def graph(request: Request) -> Response:
        tenant.throttle.received()
        call = await _graph_request(request)
        batch = call.path == "/$batch"
        tenant.counters.by_kind["$batch"] += batch
        return await _respond(tenant, lambda: answer(tenant, call, answer_batch if batch else answer_alone))

    async def discovery(request: Request) -> Response:
        tenant.counters.by_kind["discovery"] += 1
        return await _entra(tenant, request, lambda at, name: token.discovery(tenant, at, name))

    async def issue(request: Request) -> Response:
        tenant.counters.by_kind["token"] += 1
        content = await request.body()
        return await _entra(tenant, request, lambda at, name: token.issue(tenant, at, name, content))

    def administers(request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), tenant.admin_token.encode())

    async def day(request: Request) -> Response:
        if next_day is None or not administers(request):
            return Response(status_code=401)
        said = await asyncio.to_thread(next_day)
        return Response(orjson.dumps({"said": said, "day": tenant.company.day}), media_type="application/json")

    async def dirty(request: Request) -> Response:
        if soil is None or not administers(request):
            return Response(status_code=401)
        said = await asyncio.to_thread(soil)
        return Response(orjson.dumps({"said": said}), media_type="application/json")

    async def scenario(request: Request) -> Response:
        if stage is None or not administers(request):
            return Response(status_code=401)
        try:
            said = stage.set(request.path_params["name"]).sentence
        except UnknownScenario as error:
            return Response(str(error), status_code=404, media_type="text/plain")
        return Response(said, media_type="text/plain")

    async def counters(request: Request) -> Response:
        if not administers(request):
            return Response(status_code=401)
        found = orjson.dumps(tenant.counters)
        if request.query_params.get("reset"):
            tenant.counters.reset()
        return Response(found, media_type="application/json")

    async def changes(request: Request) -> Response:
        if change is None or not administers(request):
            return Response(status_code=401)
        try:
            share = float(request.query_params.get("share", ""))
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            return Response("share is a number from 0 to 1.", status_code=400, media_type="text/plain")
        return Response(orjson.dumps(await asyncio.to_thread(change, share)), media_type="application/json")

    return Starlette(
        routes=[
            Route("/sandbox/counters", counters),
            Route("/sandbox/change", changes, methods=["POST"]),
            Route("/sandbox/dirty", dirty, methods=["POST"]),
            Route("/sandbox/scenario/{name}", scenario, methods=["POST"]),
            Route("/sandbox/day", day, methods=["POST"]),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery),
            Route("/{tenant}/oauth2/v2.0/token", issue, methods=["POST"]),
            Route("/v1.0/{path:path}", graph, methods=METHODS),
        ]
    )


async def _graph_request(request: Request) -> GraphRequest:
    raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw_path.partition(b"?")[0].decode("latin-1").removeprefix("/v1.0")
    return GraphRequest(
        method=request.method,
        target=f"{path}?{request.url.query}" if request.url.query else path,
        headers=dict(request.headers),
        base=f"{_authority(request)}/v1.0",
        content=await request.body(),
    )


async def _entra(tenant: Tenant, request: Request, produce: Callable[[str, str], Reply]) -> Response:
    """A request to the login host; faults match its whole path."""

    async def reply() -> Reply:
        trace_id = str(uuid.uuid4())
        found = await faulted(tenant.faults.match(request.method, request.url.path), (trace_id, trace_id))
        if found is not None:
            return found
        try:
            return produce(_authority(request), request.path_params["tenant"])
        except token.EntraRefusal as error:
            return error.reply(_authority(request))

    return await _respond(tenant, reply)


async def _respond(tenant: Tenant, produce: Callable[[], Awaitable[Reply]]) -> Response:
    """Wait as long as the tenant should take, answer, count."""
    tenant.counters.requests += 1
    tenant.under_way += 1
    try:
        if tenant.settings.latency_s:
            await asyncio.sleep(tenant.settings.latency_s)
        reply = await produce()
    except ConnectionDropped:
        return Dropped()
    finally:
        tenant.under_way -= 1
    content = reply.raw if reply.raw is not None else reply.text.encode() if reply.text else to_json(reply.body)
    tenant.counters.bytes_sent += len(content)
    date = formatdate(time.time() + tenant.settings.clock_offset_s, usegmt=True)
    headers = {"Content-Type": "application/json", "Date": date} | reply.headers
    return Response(content, status_code=reply.status, headers=headers)


def _authority(request: Request) -> str:
    """The address that the client used: links lead back to it."""
    return f"https://{request.headers.get('host', request.url.netloc)}"
