"""Entra's side: the tenant's discovery document and the token endpoint for client credentials."""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from sandbox.server.assertions import AssertionRefused, check_assertion
from sandbox.server.messages import Reply
from sandbox.server.tenant import GRAPH, Tenant

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NAME = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


class EntraRefusal(Exception):
    """A sign-in is refused: AADSTS code, OAuth error, text."""

    def __init__(self, status: int, code: int, error: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.error, self.text = status, code, error, text

    def reply(self, authority: str) -> Reply:
        """The answer in Entra's form."""
        trace_id, correlation_id = str(uuid.uuid4()), str(uuid.uuid4())
        timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        description = (
            f"AADSTS{self.code}: {self.text} Trace ID: {trace_id} Correlation ID: {correlation_id} "
            f"Timestamp: {timestamp}"
        )
        body = {
            "error": self.error,
            "error_description": description,
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": f"{authority}/error?code={self.code}",
        }
        return Reply(status=self.status, body=body, headers={"x-ms-request-id": trace_id})


def discovery(tenant: Tenant, authority: str, name: str) -> Reply:
    """GET /{tenant}/v2.0/.well-known/openid-configuration."""
    _check_tenant(tenant, name, "invalid_tenant")
    own = f"{authority}/{tenant.app.tenant_id}"
    body: dict[str, Any] = {
        "token_endpoint": f"{authority}/{name}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": f"{own}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{own}/v2.0",
        "authorization_endpoint": f"{own}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{own}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{own}/oauth2/v2.0/logout",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    }
    return Reply(body=body)


def issue(tenant: Tenant, authority: str, name: str, content: bytes) -> Reply:
    """POST /{tenant}/oauth2/v2.0/token."""
    form = dict(parse_qsl(content.decode("utf-8", errors="replace")))
    _check_tenant(tenant, name, "invalid_request")
    for field in ("grant_type", "client_id", "scope"):
        if not form.get(field):
            raise EntraRefusal(
                400,
                900144,
                "invalid_request",
                f"The request body must contain the following parameter: '{field}'.",
            )
    if form["grant_type"] != "client_credentials":
        raise EntraRefusal(400, 70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
    _check_client(tenant, form, f"{authority}/{name}/oauth2/v2.0/token")
    audience = _audience(tenant, authority, form["scope"])
    lifetime = tenant.settings.token_told_s or tenant.settings.token_lifetime_s
    token = tenant.issue_token(audience)
    body = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
    return Reply(body=body, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


def _check_tenant(tenant: Tenant, name: str, error: str) -> None:
    company = tenant.company
    if name.lower() in (tenant.app.tenant_id, company.domain, company.initial_domain):
        return
    if not NAME.fullmatch(name):
        text = f"Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid external domain."
        raise EntraRefusal(400, 900023, "invalid_request", text)
    raise EntraRefusal(
        400,
        90002,
        error,
        f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    )


def _check_client(tenant: Tenant, form: dict[str, str], endpoint: str) -> None:
    app, client_id = tenant.app, form["client_id"]
    if client_id.lower() != app.client_id:
        raise EntraRefusal(
            400,
            700016,
            "unauthorized_client",
            f"Application with identifier '{client_id}' was not found in the directory '{tenant.company.name}'. This "
            "can happen if the application has not been installed by the administrator of the tenant or consented to "
            "by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
        )
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise EntraRefusal(401, 7000218, "invalid_client", "The 'client_assertion_type' is not the one expected.")
        try:
            check_assertion(tenant, form["client_assertion"], endpoint)
        except AssertionRefused as refused:
            raise EntraRefusal(401, refused.code, "invalid_client", refused.text) from None
        return
    if "client_secret" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise EntraRefusal(401, 7000218, "invalid_client", text)
    # While a secret is being replaced, both are valid.
    valid = [app.client_secret, *tenant.settings.further_secrets]
    if not any(secrets.compare_digest(form["client_secret"].encode(), secret.encode()) for secret in valid):
        raise EntraRefusal(
            401,
            7000215,
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{app.client_id}'.",
        )
    if tenant.settings.secret_expired:
        raise EntraRefusal(
            401,
            7000222,
            "invalid_client",
            f"The provided client secret keys for app '{app.client_id}' are expired. Visit the Azure portal to create "
            "new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for "
            "added security: https://aka.ms/certCreds.",
        )


def _audience(tenant: Tenant, authority: str, scope: str) -> str:
    """Which resource the token is for. Client credentials know ``<resource>/.default`` only."""
    resource, found, rest = scope.strip().rpartition("/.default")
    if not found or rest or " " in resource:
        text = (
            f"The provided request must include a 'scope' input parameter. The provided value '{scope}' is not valid."
        )
        raise EntraRefusal(400, 70011, "invalid_scope", text)
    if resource.rstrip("/") in (GRAPH, authority):
        return GRAPH
    if resource in (f"api://{tenant.app.client_id}", tenant.app.client_id):
        # A token for the application itself: Entra gives it, Graph refuses it.
        return resource
    raise EntraRefusal(
        400,
        500011,
        "invalid_resource",
        f"The resource principal named {resource} was not found in the tenant named {tenant.company.name}. This can "
        "happen if the application has not been installed by the administrator of the tenant or consented to by any "
        "user in the tenant. You might have sent your authentication request to the wrong tenant.",
    )
