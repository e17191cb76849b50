"""Bearer tokens for Graph from MSAL, and what Entra's refusals mean.

In: an EntraConnection. Out: tokens; SignInRefused names the field of the connection that a person must look at.
Never logs or raises a secret or a token. Facts: docs/graph.md, 6 and 9.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import msal
import requests

from entra_sync.config.connection import EntraConnection
from entra_sync.errors import ConnectionFieldError, GraphUnavailable, SignInRefused
from entra_sync.extract.retry import RETRIED_STATUSES, parse_retry_after
from entra_sync.extract.tls import ContextAdapter, context

TIMEOUT_S = (10.0, 30.0)

# A signed token in place of a secret: https://www.rfc-editor.org/rfc/rfc7523
ASSERTION = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
HIDDEN = "***"

# AADSTS code -> what to look at. Texts of the codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
REMEDIES = {
    "7000215": "Client Secret: the connection holds a wrong secret, often the secret's ID. Create a new client secret "
    "and copy the column `Value`.",
    "7000222": "Client Secret: it has expired. Create a new one in the app registration and store its column `Value`.",
    "700016": "Client ID: no such application in this tenant. Compare `Application (client) ID` and the Client Tenant, "
    "and let an administrator of the tenant grant consent.",
    "7000229": "Client ID: the application is unknown in this tenant. Let an administrator there grant consent.",
    "90002": "Client Tenant: no such tenant. Copy `Directory (tenant) ID`, and check `cloud` for a national cloud.",
    "900023": "Client Tenant: neither a tenant's ID nor one of its verified domains.",
    "500011": "Extra scopes: the resource is unknown in this tenant. Leave `scopes` out, and check `cloud`.",
    "700027": "Client certificate: it is not registered with the application or has expired. Upload the public part.",
    "700021": "Federated credential: another issuer or subject than the token's. Compare both in the portal.",
    "700023": "Federated credential: the token is for another audience; expected is api://AzureADTokenExchange.",
    "700024": "Federated credential or certificate: not valid at this time. Check this machine's clock.",
}


class TokenSource:
    """Tokens of one application in one tenant; MSAL keeps them until shortly before they expire."""

    def __init__(self, connection: EntraConnection) -> None:
        self._connection = connection
        self._app: msal.ConfidentialClientApplication | None = None
        self._token: str | None = None
        self._lock = asyncio.Lock()

    async def token(self, *, refused: str | None = None) -> str:
        """Give a valid token; with ``refused`` (a token that Graph answered 401 to) a newly issued one."""
        async with self._lock:
            if refused is not None and refused == self._token:
                self._app = None
            self._token = await asyncio.to_thread(self._acquire)
            return self._token

    def _acquire(self) -> str:
        try:
            if self._app is None:
                self._app = self._sign_in()
            answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[self._connection.token_scope]) or {}
        except _Unusable as error:
            # MSAL keeps refusals for a while; the next try asks Entra again.
            self._app = None
            raise GraphUnavailable(
                f"Entra ({self._connection.authority}) did not answer usefully: {error}.",
                status=error.status,
                retry_after_s=error.retry_after_s,
            ) from None
        except requests.RequestException as error:
            self._app = None
            raise GraphUnavailable(
                f"Entra ({self._connection.authority}) cannot be reached: {_cause(error)}.",
                hint="Check DNS, proxy and firewall; behind a TLS-inspecting proxy give its CA file as extra `verify`.",
            ) from None
        except ValueError as error:
            raise self._refused({"error_description": str(error)}) from None
        if "access_token" in answer:
            return str(answer["access_token"])
        raise self._refused(answer)

    def _sign_in(self) -> msal.ConfidentialClientApplication:
        connection = self._connection
        return msal.ConfidentialClientApplication(
            connection.client_id,
            client_credential=_credential(connection),
            authority=f"{connection.authority}/{connection.tenant_id}",
            # The authority is configured, not typed in by a stranger; discovery would ask the global cloud about it.
            instance_discovery=False,
            http_client=_session(connection),
        )

    def _refused(self, answer: dict[str, Any]) -> SignInRefused:
        """Turn MSAL's answer into one sentence; the description's trace ids stay, they carry no secret."""
        description = self._harmless(str(answer.get("error_description") or answer.get("error") or "no description"))
        found = re.search(r"AADSTS(\d+)", description)
        code = found.group(1) if found else None
        if code is None and "authority configuration" in description:
            code, description = "90002", "Tenant not found."
        remedy = REMEDIES.get(code or "", "See docs/azure-setup.md for the four fields.")
        first_line = re.split(r"\r?\n| Trace ID:", description)[0].strip()
        named = f"AADSTS{code}" if code else self._harmless(str(answer.get("error") or "no code"))
        return SignInRefused(
            f"Entra refused the sign-in of the connection {self._connection.connection_id} ({named}): {first_line}",
            hint=remedy,
            code=named,
        )

    def _harmless(self, text: str) -> str:
        """The text without what was sent to sign in, in case that it is repeated."""
        secret = self._connection.client_secret
        for written in (secret, quote(secret, safe=""), quote_plus(secret)) if secret else ():
            text = text.replace(written, HIDDEN)
        return ASSERTION.sub(HIDDEN, text)


def _credential(connection: EntraConnection) -> Any:
    """The strongest credential given: certificate, federated token, secret."""
    if connection.certificate:
        parts = connection.certificate
        return {"private_key": parts.private_key, "public_certificate": parts.certificate}
    if connection.federated_token_file:
        # Read at each token request: whoever issues the token replaces the file before it ends.
        return {"client_assertion": partial(_federated_token, connection)}
    return connection.client_secret


def _session(connection: EntraConnection) -> requests.Session:
    """A session that trusts what the connection says not the environment (REQUESTS_CA_BUNDLE would win)."""
    session = _CheckedSession()
    session.trust_env = False
    session.verify = connection.verify
    session.mount("https://", ContextAdapter(context(connection.verify)))
    session.proxies.update(connection.proxies)
    return session


def _federated_token(connection: EntraConnection) -> str:
    try:
        return Path(str(connection.federated_token_file)).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise ConnectionFieldError(
            f"The federated token file of the connection {connection.connection_id} cannot be read.",
            field="federated_token_file",
            hint="Check the path, and that the workload identity's token is mounted there.",
        ) from None


class _Unusable(requests.RequestException):
    """An answer that says nothing about the sign-in: throttled, 5xx, or not of OAuth's form."""

    def __init__(self, response: requests.Response, what: str) -> None:
        super().__init__(what)
        self.status = response.status_code if response.status_code >= 400 else None
        self.retry_after_s = parse_retry_after(response.headers.get("retry-after"))


class _CheckedSession(requests.Session):
    """A session with a time-out, which MSAL sets none of, that lets only answers through which MSAL can read.

    A redirect is none of them: of some kinds the secret would go along.
    """

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", TIMEOUT_S)
        kwargs["allow_redirects"] = False
        response = super().request(*args, **kwargs)
        if response.status_code in RETRIED_STATUSES:
            raise _Unusable(response, f"HTTP {response.status_code}")
        try:
            body = response.json()
        except ValueError:
            raise _Unusable(response, f"HTTP {response.status_code}, a body that is not JSON") from None
        if not isinstance(body, dict) or not isinstance(body.get("error", ""), str):
            raise _Unusable(response, f"HTTP {response.status_code}, a body that is not OAuth's")
        return response


def _cause(error: requests.RequestException) -> str:
    """The kind of a network failure; its text may hold the whole request."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    return "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
