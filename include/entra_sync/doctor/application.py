"""The application's own registration, where it may be read: its Application ID URI, and when its secret ends.

Reading it needs Application.Read.All, which a sync does not: without it these lines say so, and are no fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from entra_sync.config.connection import EntraConnection
from entra_sync.doctor.findings import Finding, step
from entra_sync.errors import EntraSyncError, PermissionMissing
from entra_sync.extract.calls import Call
from entra_sync.extract.client import GraphClient
from entra_sync.extract.retry import RetryPolicy

PERMISSION = "Application.Read.All"
SECRET = "secret-certificate-or-federated-credential"
SOON = timedelta(days=30)
FIELDS = "appId,identifierUris,passwordCredentials"


def examine(name: str, connection: EntraConnection) -> Iterator[Finding]:
    """Client URI against the application, end of the secret or of the certificate."""
    registered = _registered(connection)
    yield _client_uri(name, connection, registered)
    if connection.certificate is not None:
        tried = f"{name}: client certificate"
        yield _ending(tried, connection.certificate.ends, "Register a new certificate beside it, then replace it here.")
    elif connection.client_secret is not None:
        yield _secret(name, connection.client_secret, registered)


def end_of(connection: EntraConnection) -> tuple[str, datetime] | None:
    """What the connection signs in with, and when it ends, in UTC; None when nobody tells, or it has no end."""
    if connection.certificate is not None:
        return "client certificate", connection.certificate.ends
    if connection.client_secret is None:
        return None
    registered = _registered(connection)
    ends = None if isinstance(registered, str) else _secret_ends(connection.client_secret, registered)
    return ("client secret", ends) if ends else None


def _registered(connection: EntraConnection) -> dict[str, Any] | str:
    """The registration, or why it was not read."""
    url = f"/applications(appId='{connection.client_id}')?$select={FIELDS}"

    async def read() -> Any:
        async with GraphClient(connection, retry=RetryPolicy(attempts=2)) as client:
            return await client.get(Call(url=url, permission=PERMISSION))

    try:
        found = asyncio.run(read())
    except PermissionMissing:
        return f"not checked: needs {PERMISSION}, which a sync does not need"
    except EntraSyncError as error:
        # A multitenant application is registered in another tenant than the one that is read: 404.
        return f"not checked: {error.message}"
    return found if isinstance(found, dict) else "not checked: the registration could not be read"


def _client_uri(name: str, connection: EntraConnection, registered: dict[str, Any] | str) -> Finding:
    tried, where = f"{name}: Client URI of the application", step("application-id-uri")
    if isinstance(registered, str):
        return Finding(tried=tried, level="ok", found=registered, step=where)
    uris = [str(uri).rstrip("/").lower() for uri in registered.get("identifierUris") or []]
    if connection.client_uri.rstrip("/").lower() in uris:
        return Finding(tried=tried, level="ok", found="is one of the application's", step=where)
    found = f"is none of the application's {len(uris)} Application ID URIs"
    advice = "Copy it from Expose an API, or set it there. A sync works all the same: Graph is not asked by it."
    return Finding(tried=tried, level="warn", found=found, advice=advice, step=where)


def _secret(name: str, secret: str, registered: dict[str, Any] | str) -> Finding:
    tried, where = f"{name}: end of the client secret", step(SECRET)
    if isinstance(registered, str):
        return Finding(tried=tried, level="ok", found=registered, step=where)
    ends = _secret_ends(secret, registered)
    if ends is None:
        return Finding(tried=tried, level="ok", found="the application tells no end", step=where)
    return _ending(tried, ends, "Create a second secret, store its Value in the connection, then delete the old one.")


def _secret_ends(secret: str, registered: dict[str, Any]) -> datetime | None:
    given = [entry for entry in registered.get("passwordCredentials") or [] if _end_of(entry)]
    # Graph tells the first three characters of each secret.
    mine = [entry for entry in given if entry.get("hint") == secret[:3]] or given
    return max((end for entry in mine if (end := _end_of(entry))), default=None)


def _ending(tried: str, ends: datetime, advice: str) -> Finding:
    left = ends - datetime.now(UTC)
    found, where = f"valid until {ends:%Y-%m-%d}, {max(0, left.days)} days", step(SECRET)
    if left > SOON:
        return Finding(tried=tried, level="ok", found=found, step=where)
    return Finding(tried=tried, level="warn", found=found, advice=advice, step=where)


def _end_of(entry: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(entry["endDateTime"])).astimezone(UTC)
    except (KeyError, ValueError):
        return None
