"""Client assertions: a token that the client has signed with its certificate, or that another issuer has signed for it.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.server.tenant import FederatedCredential, Tenant

EXCHANGE = "api://AzureADTokenExchange"
ALGORITHMS = ["RS256", "PS256"]


class AssertionRefused(Exception):
    """An assertion is not taken: AADSTS code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def check_assertion(tenant: Tenant, assertion: str, endpoint: str) -> None:
    """Take an assertion for this application, or raise AssertionRefused. ``endpoint``: the token endpoint's address."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise AssertionRefused(50027, "JWT token is invalid or malformed.") from None
    if claims.get("iss") == tenant.app.client_id:
        _own(tenant, assertion, header, claims, endpoint)
    else:
        _federated(tenant, assertion, claims)
    if not isinstance(claims.get("exp"), (int, float)) or claims["exp"] <= time.time() + tenant.settings.clock_offset_s:
        raise AssertionRefused(700024, "Client assertion is not within its valid time range.")


def _own(tenant: Tenant, assertion: str, header: dict[str, Any], claims: dict[str, Any], endpoint: str) -> None:
    """Signed with a certificate that is registered with the application."""
    if claims.get("sub") != tenant.app.client_id:
        raise AssertionRefused(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
    certificate = next((c for c in map(_load, tenant.settings.certificates) if _names(header, c)), None)
    if certificate is None:
        raise _key_problem("The key was not found.")
    if certificate.not_valid_after_utc.timestamp() <= time.time():
        raise _key_problem("The key used is expired.")
    _verify(assertion, certificate.public_key())
    if claims.get("aud") not in (endpoint, endpoint.removesuffix("/oauth2/v2.0/token") + "/v2.0"):
        raise AssertionRefused(700023, "Client assertion audience claim does not match Realm issuer.")


def _federated(tenant: Tenant, assertion: str, claims: dict[str, Any]) -> None:
    """Signed by an issuer that the application trusts for one subject."""
    trusted: FederatedCredential | None = next(
        (c for c in tenant.settings.federated if (c.issuer, c.subject) == (claims.get("iss"), claims.get("sub"))), None
    )
    if trusted is None:
        raise AssertionRefused(700021, "No matching federated identity record found for presented assertion.")
    _verify(assertion, trusted.public_key)
    if claims.get("aud") != EXCHANGE:
        raise AssertionRefused(700023, "Client assertion audience claim does not match Realm issuer.")


def _verify(assertion: str, key: Any) -> None:
    try:
        jwt.decode(
            assertion,
            key,
            algorithms=ALGORITHMS,
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError:
        raise _key_problem("Failed to verify the signature.") from None


def _names(header: dict[str, Any], certificate: x509.Certificate) -> bool:
    """Whether the header names the certificate by one of its two thumbprints."""
    content = certificate.public_bytes(Encoding.DER)
    wanted = {"x5t#S256": hashlib.sha256(content), "x5t": hashlib.sha1(content, usedforsecurity=False)}
    return any(
        isinstance(header.get(name), str) and header[name].rstrip("=") == _text(digest.digest())
        for name, digest in wanted.items()
    )


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def _key_problem(reason: str) -> AssertionRefused:
    return AssertionRefused(700027, f"Client assertion contains an invalid signature. [Reason - {reason}]")
