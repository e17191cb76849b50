"""The token endpoint, through the library that the product uses, and what Graph says to tokens."""

from __future__ import annotations

from typing import Any

import msal
import pytest
import requests

from sandbox.testing import SandboxTenant
from tests.sandbox.conftest import Client

SCOPE = "https://graph.microsoft.com/.default"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def sign_in(running: SandboxTenant, scope: str = SCOPE, **given: Any) -> dict[str, Any]:
    """Ask for a token with MSAL."""
    session = requests.Session()
    # An environment's CA bundle would win over the session's.
    session.trust_env = False
    session.verify = str(running.ca_file)
    app = msal.ConfidentialClientApplication(
        given.get("client_id", running.client_id),
        client_credential=given.get("credential", running.client_secret),
        authority=f"{running.authority}/{given.get('tenant', running.tenant_id)}",
        instance_discovery=False,
        http_client=session,
    )
    return dict(app.acquire_token_for_client(scopes=[scope]))


def users(client: Client, token: str) -> tuple[int, str | None]:
    answer = client.get("/users", Authorization=f"Bearer {token}")
    return answer.status_code, answer.json().get("error", {}).get("message")


@pytest.mark.parametrize("name", ["id", "contoso.com", "contoso.onmicrosoft.com"])
def test_the_right_fields_give_a_token_that_graph_takes(tenant: SandboxTenant, client: Client, name: str) -> None:
    answer = sign_in(tenant, tenant=tenant.tenant_id if name == "id" else name)

    assert 0 < answer["expires_in"] <= 3599
    assert users(client, answer["access_token"]) == (200, None)


def test_graphs_own_address_is_a_scope_too(tenant: SandboxTenant, client: Client) -> None:
    assert users(client, sign_in(tenant, f"{tenant.authority}/.default")["access_token"])[0] == 200


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"credential": "wrong"}, "invalid_client", 7000215),
        ({"client_id": UNKNOWN}, "unauthorized_client", 700016),
        ({"credential": {"client_assertion": lambda: "a.b.c"}}, "invalid_client", 50027),
        ({"scope": "https://graph.microsoft.com/User.Read.All"}, "invalid_scope", 70011),
        ({"scope": "https://security.example.com/.default"}, "invalid_resource", 500011),
        ({"scope": "https://graph.microsoft.us/.default"}, "invalid_resource", 500011),
    ],
)
def test_a_refusal_carries_entras_code(tenant: SandboxTenant, given: dict[str, Any], error: str, code: int) -> None:
    answer = sign_in(tenant, given.pop("scope", SCOPE), **given)

    assert (answer["error"], answer["error_codes"]) == (error, [code])
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert tenant.client_secret not in str(answer)


def test_an_expired_secret_is_told_only_to_who_knows_it(tenant: SandboxTenant) -> None:
    tenant.settings.secret_expired = True

    assert sign_in(tenant)["error_codes"] == [7000222]
    assert sign_in(tenant, credential="wrong")["error_codes"] == [7000215]


@pytest.mark.parametrize(("name", "code"), [(UNKNOWN, 90002), ("nowhere.example.com", 90002), ("no_name", 900023)])
def test_an_unknown_tenant_has_no_discovery_document(
    tenant: SandboxTenant, client: Client, name: str, code: int
) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        sign_in(tenant, tenant=name)

    for method, path in (("GET", "v2.0/.well-known/openid-configuration"), ("POST", "oauth2/v2.0/token")):
        form = {"grant_type": "client_credentials"} if method == "POST" else None
        answer = client.http.request(method, f"{tenant.authority}/{name}/{path}", data=form)
        assert answer.status_code == 400
        assert answer.json()["error_codes"] == [code]


def test_two_secrets_are_valid_while_one_is_replaced(tenant: SandboxTenant) -> None:
    tenant.settings.further_secrets.append("the-next-one")

    assert "access_token" in sign_in(tenant)
    assert "access_token" in sign_in(tenant, credential="the-next-one")
    assert sign_in(tenant, credential="another")["error_codes"] == [7000215]


def test_a_token_for_the_application_itself_is_no_token_for_graph(tenant: SandboxTenant, client: Client) -> None:
    token = sign_in(tenant, f"api://{tenant.client_id}/.default")["access_token"]

    assert users(client, token) == (401, "Access token validation failure. Invalid audience.")


def test_graph_refuses_no_token_a_foreign_one_and_an_expired_one(tenant: SandboxTenant, client: Client) -> None:
    tenant.settings.token_lifetime_s = 0
    expired = sign_in(tenant)["access_token"]

    assert users(client, expired) == (401, "Lifetime validation failed, the token is expired.")
    assert users(client, "made.up.token")[0] == 401
    assert client.get("/users", Authorization="Basic abc").json()["error"]["code"] == "InvalidAuthenticationToken"


def test_a_form_without_its_fields_is_refused(tenant: SandboxTenant, client: Client) -> None:
    url = f"{tenant.authority}/{tenant.tenant_id}/oauth2/v2.0/token"

    assert client.http.post(url, data={"grant_type": "client_credentials"}).json()["error_codes"] == [900144]
    form = {"grant_type": "password", "client_id": tenant.client_id, "scope": SCOPE}
    assert client.http.post(url, data=form).json()["error"] == "unsupported_grant_type"
