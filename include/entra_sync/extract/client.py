"""The Graph client: one async HTTP client, bounded concurrency, bounded retries, one clear error at the end.

In: paths below the configured base address, or absolute nextLinks of the same host. Out: parsed JSON. The bearer token
goes to the configured Graph host only, whatever a nextLink says (docs/rules.md, 12). Redirects are not followed.

Facts: docs/graph.md, 1 (paging), 4 ($batch), 7 (errors and transport).
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from entra_sync.config.connection import EntraConnection
from entra_sync.errors import GraphError, GraphProtocolError, GraphUnavailable, PermissionMissing
from entra_sync.extract.auth import TokenSource
from entra_sync.extract.columns import parse_json
from entra_sync.extract.retry import RETRIED_STATUSES, RetryPolicy, parse_retry_after
from entra_sync.extract.tls import context

CONCURRENCY = 8
TIMEOUT = httpx.Timeout(60.0, connect=15.0)
BATCH_SIZE = 20  # Graph's own maximum


@dataclass
class Traffic:
    """What a read has cost so far."""

    requests: int = 0
    batch_items: int = 0
    retries: int = 0
    resource_units: int = 0
    received_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Call:
    """One GET: where to, which permission it needs (for the message of a 403), extra headers."""

    url: str
    permission: str
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: HTTP status, parsed body, and the headers that matter."""

    status: int
    body: Any
    retry_after_s: float | None = None
    request_id: str | None = None


class GraphClient:
    """Reads one tenant. Use as an async context manager."""

    def __init__(self, connection: EntraConnection, *, retry: RetryPolicy | None = None) -> None:
        self.connection = connection
        self.traffic = Traffic()
        self.retry = retry or RetryPolicy()
        # httpx logs every address with its query, and a skip token may hold a person's name.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._origin = _origin(connection.base_url)
        self._tokens = TokenSource(connection)
        self._places = asyncio.Semaphore(CONCURRENCY)
        self._http = httpx.AsyncClient(
            verify=context(connection.verify),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY),
            proxy=connection.proxies.get("https") or None,
            # The environment's CA bundles and proxies must not win over the connection.
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> GraphClient:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.aclose()

    async def get(self, call: Call) -> Any:
        """GET one JSON document; raises GraphError or one of its kin."""
        return (await self._send("GET", call)).body

    async def count(self, collection: str, permission: str) -> int | None:
        """The tenant's own number of objects, or None where it offers none (Azure AD B2C: docs/graph.md, 1)."""
        call = Call(url=f"/{collection}/$count", permission=permission, headers={"ConsistencyLevel": "eventual"})
        try:
            body = (await self._send("GET", call, json=False)).body
        except (PermissionMissing, GraphUnavailable, GraphProtocolError):
            raise
        except GraphError:
            return None
        text = body.decode("utf-8-sig", errors="replace").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    async def pages(self, call: Call) -> AsyncIterator[list[dict[str, Any]]]:
        """Follow a collection to its end, page by page; a page may be empty and still not be the last."""
        seen: set[str] = set()
        while True:
            body = await self.get(call)
            value, link = _page(body, call.url)
            yield value
            if link is None:
                return
            if link in seen or link == call.url:
                raise GraphProtocolError(f"Graph gave the same nextLink twice for GET {_path(call.url)}.")
            seen.add(link)
            call = Call(url=link, permission=call.permission, headers=call.headers)

    async def batch(self, calls: list[Call]) -> list[Answer]:
        """Send up to 20 GETs as one ``$batch``; answers in the order of ``calls``, each with its own status."""
        items = [
            {"id": str(n), "method": "GET", "url": self._relative(call.url)} | _item_headers(call)
            for n, call in enumerate(calls)
        ]
        self.traffic.batch_items += len(items)
        envelope = Call(url="/$batch", permission=calls[0].permission)
        body = (await self._send("POST", envelope, content=orjson.dumps({"requests": items}))).body
        answers = {str(item.get("id")): item for item in body.get("responses", []) if isinstance(item, dict)}
        missing = [n for n in range(len(calls)) if str(n) not in answers]
        if missing:
            raise GraphProtocolError(f"Graph left {len(missing)} of {len(calls)} items of a $batch unanswered.")
        return [self._batch_answer(answers[str(n)]) for n in range(len(calls))]

    def failure(self, answer: Answer, call: Call, method: str = "GET") -> GraphError:
        """The error that a refused answer means, in one sentence with Graph's code and request id."""
        error = answer.body.get("error") if isinstance(answer.body, dict) else None
        error = error if isinstance(error, dict) else {}
        code = str(error.get("code") or "no code")
        text = str(error.get("message") or "no message").strip()
        what = f"{method} {_path(call.url)} failed: HTTP {answer.status} {code}: {text[:300]}"
        request_id = answer.request_id
        what += f" (request-id {request_id})." if request_id else "."
        if answer.status in (401, 403):
            hint = f"Grant the application permission {call.permission} and repeat the admin consent."
            return PermissionMissing(what, hint=hint, status=answer.status, code=code, request_id=request_id)
        kind = GraphUnavailable if answer.status in RETRIED_STATUSES else GraphError
        return kind(what, status=answer.status, code=code, request_id=request_id)

    async def _send(self, method: str, call: Call, *, content: bytes | None = None, json: bool = True) -> Answer:
        """Send one request within the retry policy; returns a 2xx answer or raises."""
        url = self._absolute(call.url)
        attempt, refused_token = 0, None
        while True:
            attempt += 1
            token = await self._tokens.token(refused=refused_token)
            try:
                async with self._places:
                    response = await self._http.request(method, url, content=content, headers=_headers(token, call))
                answer = self._answer(response, json=json)
            except httpx.HTTPError as error:
                failure: GraphError = _broken(method, call, type(error).__name__)
                answer = Answer(status=0, body=None)
            except ValueError:
                failure = _broken(method, call, "a body that is not JSON")
                answer = Answer(status=0, body=None)
            else:
                if 200 <= answer.status < 300:
                    return answer
                failure = self.failure(answer, call, method)
                if answer.status == 401 and refused_token is None:
                    refused_token = token
                    continue
                if answer.status not in RETRIED_STATUSES:
                    raise failure
            wait_s = self.retry.wait_s(attempt, answer.retry_after_s)
            if wait_s is None:
                raise failure
            self.traffic.retries += 1
            await asyncio.sleep(wait_s)

    def _answer(self, response: httpx.Response, *, json: bool) -> Answer:
        self.traffic.requests += 1
        self.traffic.received_bytes += len(response.content)
        self.traffic.resource_units += _units(response.headers.get("x-ms-resource-unit"))
        body: Any = response.content
        if json and response.is_success:
            body = parse_json(response.content)
        elif not response.is_success:
            body = _error_body(response.content)
        return Answer(
            status=response.status_code,
            body=body,
            retry_after_s=parse_retry_after(response.headers.get("retry-after")),
            request_id=response.headers.get("request-id"),
        )

    def _batch_answer(self, item: dict[str, Any]) -> Answer:
        headers = {str(k).lower(): str(v) for k, v in (item.get("headers") or {}).items()}
        self.traffic.resource_units += _units(headers.get("x-ms-resource-unit"))
        body = item.get("body")
        inner = body.get("error", {}).get("innerError", {}) if isinstance(body, dict) else {}
        return Answer(
            status=int(item.get("status") or 0),
            body=body,
            retry_after_s=parse_retry_after(headers.get("retry-after")),
            request_id=headers.get("request-id") or (inner or {}).get("request-id"),
        )

    def _absolute(self, url: str) -> str:
        """A path below the base address, or a link that stays on the configured host."""
        if url.startswith("/"):
            return f"{self.connection.base_url}{url}"
        if _origin(url) != self._origin:
            raise GraphProtocolError(
                f"Graph answered with a link to another host ({urlsplit(url).hostname}); the token was not sent there."
            )
        return url

    def _relative(self, url: str) -> str:
        """The form that ``$batch`` wants: below the base address, without host and version."""
        absolute = self._absolute(url)
        base = self.connection.base_url
        if not absolute.startswith(f"{base}/"):
            raise GraphProtocolError(f"Graph answered with a link outside {base}.")
        return absolute.removeprefix(base)


def _headers(token: str, call: Call) -> dict[str, str]:
    """Best practice of Graph: a fresh client-request-id on every request; a sync is the first to be throttled."""
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "client-request-id": str(uuid.uuid4()),
        "x-ms-throttle-priority": "low",
        **(call.headers or {}),
    }


def _item_headers(call: Call) -> dict[str, Any]:
    return {"headers": dict(call.headers)} if call.headers else {}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _path(url: str) -> str:
    """A link without its query: skip tokens are long and filters may hold a person's address."""
    return urlsplit(url).path


def _page(body: Any, url: str) -> tuple[list[dict[str, Any]], str | None]:
    """Rows and nextLink of one page; anything else than Graph's shape is an error, never an empty page."""
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise GraphProtocolError(f"GET {_path(url)} answered without a list of objects.")
    link = body.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise GraphProtocolError(f"GET {_path(url)} answered with a nextLink that is no address.")
    return value, link


def _error_body(content: bytes) -> Any:
    try:
        return parse_json(content)
    except ValueError:
        return None


def _units(value: str | None) -> int:
    return int(value) if value and value.isdigit() else 0


def _broken(method: str, call: Call, cause: str) -> GraphUnavailable:
    return GraphUnavailable(f"{method} {_path(call.url)} failed on the way: {cause}.", code="transport")
