"""The Entra connection: PeopleGoal's four fields, held against their form before anything is sent.

In: an Airflow connection's parts (type ``entra_id`` or the provider's ``msgraph``). Out: EntraConnection. Every field
is refused by its name on the PeopleGoal form; no secret ever enters a message.

Facts: docs/graph.md, 6 (clouds, Application ID URI); the URI's forms are those that Entra allows for an
application (https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from entra_sync.config.certificate import CertificateProblem, ClientCertificate, read_certificate
from entra_sync.errors import ConnectionFieldError

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE)
CLIENT_URI = re.compile(r"api://[^\s/]+(/\S*)?|https://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Cloud:
    """The two hosts of a Microsoft cloud; tokens are not interchangeable between clouds."""

    authority: str
    graph: str


CLOUDS = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "usgov": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "usgov-dod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}


@dataclass(frozen=True, kw_only=True)
class EntraConnection:
    """What a client needs to sign in to one tenant and to read it."""

    connection_id: str
    client_id: str
    tenant_id: str
    client_uri: str
    authority: str
    base_url: str
    token_scope: str
    verify: bool | str = True
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = None
    federated_token_file: str | None = None


def read_connection(
    connection_id: str, *, login: str | None, password: str | None, extra: Mapping[str, Any]
) -> EntraConnection:
    """Check an Airflow connection's parts and make the typed connection. Raises ConnectionFieldError by field."""
    check = _Checker(connection_id)
    client_id = _client_id(check, login)
    tenant_id = _tenant_id(check, extra)
    client_uri = _client_uri(check, extra)
    certificate, federated = _credential(check, extra, password)
    cloud_name = str(extra.get("cloud") or "global")
    if cloud_name not in CLOUDS:
        check.refuse("Cloud", "extra cloud", f"is {cloud_name!r}", f"Allowed: {', '.join(CLOUDS)}.")
    cloud = CLOUDS[cloud_name]
    return EntraConnection(
        connection_id=connection_id,
        client_id=client_id,
        tenant_id=tenant_id,
        client_uri=client_uri,
        authority=check.https("authority", extra.get("authority") or cloud.authority),
        base_url=check.https("base_url", extra.get("base_url") or f"{cloud.graph}/v1.0"),
        token_scope=_scope(extra.get("scopes"), cloud),
        verify=_verify(check, extra.get("verify", True)),
        proxies=_proxies(check, extra.get("proxies")),
        # With a certificate the password is its passphrase, as in the provider's own connection type.
        client_secret=None if certificate or federated else password,
        certificate=certificate,
        federated_token_file=federated,
    )


def check_fields(
    connection_id: str, *, login: str | None, password: str | None, extra: Mapping[str, Any]
) -> dict[str, ConnectionFieldError | None]:
    """The four fields by their names on the PeopleGoal form, each with what is wrong with it."""
    check = _Checker(connection_id)
    fields: dict[str, Callable[[], object]] = {
        "Client ID": lambda: _client_id(check, login),
        "Client Secret": lambda: _credential(check, extra, password),
        "Client Tenant": lambda: _tenant_id(check, extra),
        "Client URI": lambda: _client_uri(check, extra),
    }
    found: dict[str, ConnectionFieldError | None] = {}
    for name, read in fields.items():
        try:
            read()
        except ConnectionFieldError as error:
            found[name] = error
        else:
            found[name] = None
    return found


def _client_id(check: _Checker, login: str | None) -> str:
    client_id = check.text("Client ID", "login", login)
    if not GUID.fullmatch(client_id):
        check.refuse("Client ID", "login", "is not a GUID", "Copy `Application (client) ID` of the app registration.")
    return client_id


def _tenant_id(check: _Checker, extra: Mapping[str, Any]) -> str:
    tenant_id = check.text("Client Tenant", "extra tenant_id", extra.get("tenant_id") or extra.get("tenantId"))
    if not GUID.fullmatch(tenant_id) and not DOMAIN.fullmatch(tenant_id):
        check.refuse(
            "Client Tenant",
            "extra tenant_id",
            "is neither a GUID nor a domain",
            "Copy `Directory (tenant) ID` of the app registration, or give a verified domain such as contoso.com.",
        )
    return tenant_id


def _client_uri(check: _Checker, extra: Mapping[str, Any]) -> str:
    client_uri = check.text("Client URI", "extra client_uri", extra.get("client_uri"))
    if not CLIENT_URI.fullmatch(client_uri):
        check.refuse(
            "Client URI",
            "extra client_uri",
            "has not the form of an Application ID URI",
            "Copy `Application ID URI` of the app registration: api://<client id> or https://<verified domain>/<name>.",
        )
    return client_uri


def _credential(
    check: _Checker, extra: Mapping[str, Any], password: str | None
) -> tuple[ClientCertificate | None, str | None]:
    """The certificate and the federated token file, whichever is given; without both a secret must be there."""
    certificate = _certificate(check, extra, password)
    federated = extra.get("federated_token_file") or None
    if not password and not certificate and not federated:
        check.refuse(
            "Client Secret",
            "password",
            "is missing",
            "Create a client secret under `Certificates & secrets` and copy its column `Value`; or give the extra "
            "certificate_path, certificate_data or federated_token_file.",
        )
    return certificate, federated


class _Checker:
    """Refuses a field in one voice."""

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id

    def refuse(self, name: str, where: str, what: str, hint: str) -> NoReturn:
        message = f"{name} ({where} of the connection {self.connection_id}) {what}."
        raise ConnectionFieldError(message, field=name, hint=hint)

    def text(self, name: str, where: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            self.refuse(name, where, "is missing", "All four fields are required; see docs/azure-setup.md.")
        return value.strip()

    def https(self, name: str, value: Any) -> str:
        parts = urlsplit(str(value))
        if parts.scheme != "https" or not parts.hostname:
            self.refuse(name, f"extra {name}", "is not an https:// address", "TLS is always used and verified.")
        return str(value).rstrip("/")


def _certificate(check: _Checker, extra: Mapping[str, Any], passphrase: str | None) -> ClientCertificate | None:
    data, path = extra.get("certificate_data"), extra.get("certificate_path")
    if not data and not path:
        return None
    where = "extra certificate_data" if data else "extra certificate_path"
    hint = "Give a PEM or PKCS#12 file with certificate and RSA key; a passphrase belongs into the password."
    try:
        content = str(data).encode() if data else Path(str(path)).read_bytes()
        return read_certificate(content, passphrase)
    except OSError as error:
        check.refuse("Client certificate", where, f"cannot be read: {error.strerror}", hint)
    except CertificateProblem as problem:
        check.refuse("Client certificate", where, str(problem), hint)


def _proxies(check: _Checker, value: Any) -> dict[str, str]:
    """Take an object, or its JSON text as a form gives it; the address may hold a password and is never shown."""
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError:
            value = [value]
    proxies = value or {}
    if not isinstance(proxies, dict) or not all(_is_proxy(address) for address in proxies.values()):
        check.refuse("proxies", "extra proxies", "is malformed", 'Its form is {"https": "http://proxy:8080"}.')
    return proxies


def _is_proxy(address: Any) -> bool:
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _scope(scopes: Any, cloud: Cloud) -> str:
    """Client credentials know one scope: the Graph host's ``.default`` (all application permissions granted)."""
    if isinstance(scopes, list):
        scopes = scopes[0] if scopes else None
    return str(scopes) if scopes else f"{cloud.graph}/.default"


def _verify(check: _Checker, value: Any) -> bool | str:
    """Take true or a CA file; verification cannot be switched off."""
    if value is True or str(value).strip().lower() in ("true", "1", ""):
        return True
    if value is False or str(value).strip().lower() in ("false", "0"):
        check.refuse("verify", "extra verify", "is false", "TLS is always verified: give the path of your CA file.")
    if not Path(str(value)).is_file():
        check.refuse("verify", "extra verify", "names no readable file", "Give the path of a CA file in PEM form.")
    return str(value)
