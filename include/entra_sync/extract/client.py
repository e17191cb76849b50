"""The Graph client: one async HTTP client, a pace that adapts, bounded retries, one clear error at the end.

In: paths below the configured base address, or absolute nextLinks of the same host. Out: parsed JSON. The bearer token
goes to the configured Graph host only, whatever a nextLink says (docs/rules.md, 12). Redirects are not followed.

Facts: docs/graph.md, 1 (paging), 4 ($batch), 5 (throttling), 7 (errors and transport).
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from entra_sync.config.connection import EntraConnection
from entra_sync.errors import ENDS_THE_READING, GraphError, GraphProtocolError, GraphUnavailable
from entra_sync.extract.auth import TokenSource
from entra_sync.extract.calls import EVENTUAL, Answer, Call, Row, Traffic, broken, page_of, path_of
from entra_sync.extract.pace import LARGEST_LIMIT, Pace
from entra_sync.extract.retry import RETRIED_STATUSES, RetryPolicy
from entra_sync.extract.tls import context

TIMEOUT = httpx.Timeout(60.0, connect=15.0)


class GraphClient:
    """Reads one tenant. Use as an async context manager."""

    def __init__(self, connection: EntraConnection, *, retry: RetryPolicy | None = None) -> None:
        self.connection = connection
        self.traffic = Traffic()
        self.pace = Pace()
        self.retry = retry or RetryPolicy()
        # httpx logs every address with its query, and a skip token may hold a person's name.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._origin = _origin(connection.base_url)
        self._tokens = TokenSource(connection)
        self._http = httpx.AsyncClient(
            verify=context(connection.verify),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=LARGEST_LIMIT, max_keepalive_connections=LARGEST_LIMIT),
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
        call = Call(url=f"/{collection}/$count", permission=permission, headers=EVENTUAL)
        try:
            body = (await self._send("GET", call, json=False)).body
        except ENDS_THE_READING:
            raise
        except GraphError:
            return None
        text = body.decode("utf-8-sig", errors="replace").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    async def pages(self, call: Call) -> AsyncIterator[list[Row]]:
        """Follow a collection to its end, page by page; a page may be empty and still not be the last."""
        seen: set[str] = set()
        while True:
            value, link = page_of(await self.get(call), call.url)
            yield value
            if link is None:
                return
            if link in seen or link == call.url:
                raise GraphProtocolError(f"Graph gave the same nextLink twice for GET {path_of(call.url)}.")
            seen.add(link)
            call = call.next(link)

    async def batch(self, calls: list[Call], *, on_leaving: Callable[[], None] = lambda: None) -> list[Answer]:
        """Send up to 20 GETs as one ``$batch``; answers in the order of ``calls``, each with its own status.

        ``on_leaving`` is called when there is a place for it, just before it is sent.
        """
        items = [
            {"id": str(n), "method": "GET", "url": self._relative(call.url)}
            | ({"headers": dict(call.headers)} if call.headers else {})
            for n, call in enumerate(calls)
        ]
        self.traffic.batch_items += len(items)
        envelope = Call(url="/$batch", permission=calls[0].permission, units=sum(call.units for call in calls))
        content = orjson.dumps({"requests": items})
        body = (await self._send("POST", envelope, content=content, on_leaving=on_leaving)).body
        responses = body.get("responses") if isinstance(body, dict) else None
        if not isinstance(responses, list):
            raise GraphProtocolError("Graph answered a $batch without a list of responses.")
        answers = {str(item.get("id")): Answer.of_item(item) for item in responses if isinstance(item, dict)}
        missing = [n for n in range(len(calls)) if str(n) not in answers]
        if missing:
            raise GraphProtocolError(f"Graph left {len(missing)} of {len(calls)} items of a $batch unanswered.")
        told = [answer.throttle for answer in answers.values() if answer.throttle is not None]
        units = sum(answer.units for answer in answers.values())
        self.traffic.resource_units += units
        self.pace.answered(envelope.units, units, max(told, default=None))
        return [answers[str(n)] for n in range(len(calls))]

    def note_refusal(self, answer: Answer, wait_s: float) -> None:
        """Slow down after a refused request or item: a 429 with Retry-After holds every other request as well."""
        throttled = answer.status == 429
        self.traffic.throttled += throttled
        self.pace.refused(throttled=throttled, pause_s=wait_s if throttled or answer.retry_after_s else None)

    async def _send(
        self,
        method: str,
        call: Call,
        *,
        content: bytes | None = None,
        json: bool = True,
        on_leaving: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Send one request within the retry policy; returns a 2xx answer or raises."""
        url = self._absolute(call.url)
        attempt, refused_token = 0, None
        while True:
            attempt += 1
            answer, token = Answer(status=0), None
            async with self.pace.place(call.units):
                on_leaving()
                try:
                    # The token is taken last: while waiting for a place it may have expired.
                    token = await self._tokens.token(refused=refused_token)
                except GraphUnavailable as error:
                    failure: GraphError | None = error
                    answer = Answer(status=0, retry_after_s=error.retry_after_s)
                else:
                    # A refusal may have come while the token was fetched.
                    await self.pace.pause()
                    answer, failure = await self._try(method, url, call, token, content, json=json)
            if failure is None:
                return answer
            if answer.status == 401 and refused_token is None:
                refused_token = token
                continue
            if answer.status and answer.status not in RETRIED_STATUSES:
                raise failure
            wait_s = self.retry.wait_s(attempt, answer.retry_after_s)
            if wait_s is None:
                raise failure
            self.note_refusal(answer, wait_s)
            self.traffic.retries += 1
            await asyncio.sleep(wait_s)

    async def _try(
        self, method: str, url: str, call: Call, token: str, content: bytes | None, *, json: bool
    ) -> tuple[Answer, GraphError | None]:
        """Send once; gives the answer (status 0: none that can be read) and what is wrong with it."""
        try:
            response = await self._http.request(method, url, content=content, headers=_headers(token, call))
            answer = Answer.of_response(response, json=json)
        except httpx.HTTPError as error:
            return Answer(status=0), broken(call, type(error).__name__, method)
        except ValueError:
            self.traffic.requests += 1
            return Answer(status=0), broken(call, "a body that is not JSON", method)
        self.traffic.requests += 1
        self.traffic.received_bytes += len(response.content)
        if not answer.ok:
            return answer, answer.failure(call, method)
        if method == "GET":
            self.traffic.resource_units += answer.units
            self.pace.answered(call.units, answer.units, answer.throttle)
        return answer, None

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


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
