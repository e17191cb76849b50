"""Refusals in Graph's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class GraphRefusal(Exception):
    """A request is answered with an error."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class ConnectionDropped(Exception):
    """The connection ends without an answer."""


def error_body(code: str, message: str, request_id: str, client_request_id: str) -> dict[str, Any]:
    """Graph's error body; clients may rely on ``code`` only."""
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphRefusal:
    """400: the request itself is wrong."""
    return GraphRefusal(400, code, message)


def unsupported(message: str) -> GraphRefusal:
    """400: a query that the directory does not do, or not in this form."""
    return GraphRefusal(400, "Request_UnsupportedQuery", message)


def forbidden() -> GraphRefusal:
    """403: a permission is missing or has no admin consent."""
    return GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def not_found(object_id: str) -> GraphRefusal:
    """404: no such object, or deleted."""
    message = f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present."
    return GraphRefusal(404, "Request_ResourceNotFound", message)


def not_implemented() -> GraphRefusal:
    """501: Graph knows the name, the target does not."""
    return GraphRefusal(501, "NotImplemented", "This operation target is not yet supported.")


def invalid_token(message: str) -> GraphRefusal:
    """401: no token, a foreign one, an expired one."""
    return GraphRefusal(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": "Bearer"})


def needs_consistency_level(what: str) -> GraphRefusal:
    """400: an advanced query without its header and parameter."""
    return unsupported(
        f"{what} is not supported because the required parameters might be missing. Try adding $count=true query "
        "parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more "
        "information"
    )
