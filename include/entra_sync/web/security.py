"""What every answer carries and what no answer shows: strict headers, and for an error its number, not its trace.

Airflow sends none of these headers itself. Errors are logged by type and place only: the text of a database's error may
hold a person's name.
"""

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("entra_sync")

# Nothing from elsewhere, no inline script or style; Airflow alone may frame it.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

ErrorPage = Callable[[Request, Exception, str], Awaitable[Response]]


class Safe:
    """Adds the headers to every answer; turns an exception into a page with a number that the log has too."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage) -> None:
        self.app = app
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception as error:
            number = secrets.token_hex(4)
            log_error(number, error)
            if started:  # an export that broke off: the connection ends without the last chunk
                raise ConnectionAbortedError(f"error {number}") from None
            answer = await self.error_page(Request(scope), error, number)
            await answer(scope, receive, with_headers)


def log_error(number: str, error: Exception) -> None:
    """Type and place, never the text."""
    place = "".join(traceback.format_tb(error.__traceback__)[-3:])
    log.error("page_error=%s type=%s\n%s", number, type(error).__name__, place)


def same_origin(request: Request) -> None:
    """Refuse what another site sends: 403. A search is posted so that no name stands in a URL; it changes nothing."""
    if request.method in ("GET", "HEAD"):
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        allowed = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not allowed:
        raise HTTPException(403, "Another site must not ask this.")
