"""What is asked of Graph and what comes back: one call, one answer, one page, the cost so far.

Facts: docs/graph.md, 1 (paging) and 7 (errors).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from entra_sync.errors import GraphError, GraphProtocolError, GraphUnavailable, PermissionMissing
from entra_sync.extract.columns import parse_json
from entra_sync.extract.retry import RETRIED_STATUSES, parse_retry_after

Row = dict[str, Any]

# Such as Request_ResourceNotFound; a gateway in between may answer anything.
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")
EVENTUAL = {"ConsistencyLevel": "eventual"}


@dataclass
class Traffic:
    """What a read has cost so far."""

    requests: int = 0
    batch_items: int = 0
    retries: int = 0
    throttled: int = 0
    restarts: int = 0
    resource_units: int = 0
    received_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Call:
    """One GET: where to, which permission it needs (for the message of a 403), extra headers, expected units."""

    url: str
    permission: str
    headers: Mapping[str, str] | None = None
    units: int = 1

    def next(self, link: str) -> Call:
        """The same call for the next page. The headers are sent again: a link does not keep them."""
        return Call(url=link, permission=self.permission, headers=self.headers, units=self.units)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: HTTP status (0: none came), parsed body, and the headers that matter."""

    status: int
    body: Any = None
    units: int = 0
    throttle: float | None = None
    retry_after_s: float | None = None
    request_id: str | None = None
    location: str | None = None

    @property
    def ok(self) -> bool:
        """Whether Graph gave what was asked for."""
        return 200 <= self.status < 300

    @classmethod
    def of_response(cls, response: httpx.Response, *, json: bool) -> Answer:
        """Read a response. Raises ValueError when a good one should be JSON and is not."""
        body: Any = response.content
        if not response.is_success:
            body = _error_body(response.content)
        elif json:
            body = parse_json(response.content)
        return cls._of(response.status_code, response.headers, body)

    @classmethod
    def of_item(cls, item: Row) -> Answer:
        """Read one item of a ``$batch``."""
        headers = {str(k).lower(): str(v) for k, v in (item.get("headers") or {}).items()}
        status = item.get("status")
        return cls._of(status if isinstance(status, int) else 0, headers, item.get("body"))

    @classmethod
    def _of(cls, status: int, headers: Mapping[str, str], body: Any) -> Answer:
        return cls(
            status=status,
            body=body,
            units=int(_number(headers.get("x-ms-resource-unit")) or 0),
            throttle=_number(headers.get("x-ms-throttle-limit-percentage")),
            retry_after_s=parse_retry_after(headers.get("retry-after")),
            request_id=headers.get("request-id") or _inner_request_id(body),
            location=headers.get("location"),
        )

    def failure(self, call: Call, method: str = "GET") -> GraphError:
        """The error that a refused answer means, in one sentence with Graph's code and request id.

        Graph's own sentence is left out: it may quote a filter, a link or an object, and with them somebody.
        """
        error = self.body.get("error") if isinstance(self.body, dict) else None
        error = error if isinstance(error, dict) else {}
        said = error.get("code")
        code = said if isinstance(said, str) and CODE.fullmatch(said) else "no code"
        what = f"{method} {path_of(call.url)} failed: HTTP {self.status} {code}"
        what += f" (request-id {self.request_id})." if self.request_id else "."
        facts: dict[str, Any] = {"status": self.status, "code": code, "request_id": self.request_id}
        if self.status in (401, 403):
            hint = f"Grant the application permission {call.permission} and repeat the admin consent."
            return PermissionMissing(what, hint=hint, **facts)
        kind = GraphUnavailable if self.status in RETRIED_STATUSES else GraphError
        return kind(what, **facts)


def broken(call: Call, cause: str, method: str = "GET") -> GraphUnavailable:
    """The error of a call that got no readable answer."""
    return GraphUnavailable(f"{method} {path_of(call.url)} failed on the way: {cause}.", code="transport")


def page_of(body: Any, url: str) -> tuple[list[Row], str | None]:
    """Rows and nextLink of one page; anything else than Graph's shape is an error, never an empty page."""
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise GraphProtocolError(f"GET {path_of(url)} answered without a list of objects.")
    link = body.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise GraphProtocolError(f"GET {path_of(url)} answered with a nextLink that is no address.")
    return value, link


def object_type(entry: Row) -> str | None:
    """``user`` of ``#microsoft.graph.user``."""
    kind = entry.get("@odata.type")
    return kind.removeprefix("#microsoft.graph.") if isinstance(kind, str) else None


def path_of(url: str) -> str:
    """A link without its query: skip tokens are long, and filters may hold a person's address."""
    return urlsplit(url).path


def _error_body(content: bytes) -> Any:
    try:
        return parse_json(content)
    except ValueError:
        return None


def _inner_request_id(body: Any) -> str | None:
    error = body.get("error") if isinstance(body, dict) else None
    inner = error.get("innerError") if isinstance(error, dict) else None
    found = inner.get("request-id") if isinstance(inner, dict) else None
    return found if isinstance(found, str) else None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
