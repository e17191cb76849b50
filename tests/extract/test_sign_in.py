"""Wrong secret, wrong tenant, missing permission: one clear error that names the field and the next step, no secret."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.errors import GraphUnavailable, PermissionMissing, SignInRefused
from entra_sync.extract.tenant import extract_tenant
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import QUICK, Read

OTHER = "00000000-0000-4000-8000-000000000000"
WRONG_SECRET = "wr0ng~secret.that-must-not-appear"


@pytest.mark.parametrize(
    ("overrides", "code", "field"),
    [
        ({"password": WRONG_SECRET}, "AADSTS7000215", "Client Secret"),
        ({"login": OTHER}, "AADSTS700016", "Client ID"),
        ({"extra": {"tenant_id": OTHER}}, "AADSTS90002", "Client Tenant"),
        ({"extra": {"tenant_id": "elsewhere.example.com"}}, "AADSTS90002", "Client Tenant"),
    ],
)
def test_a_refusal_names_the_field_and_the_next_step(
    tenant: SandboxTenant,
    read: Read,
    caplog: pytest.LogCaptureFixture,
    overrides: dict[str, Any],
    code: str,
    field: str,
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(SignInRefused) as error:
        read(**overrides)

    assert code in str(error.value)
    assert field in str(error.value)
    assert error.value.hint
    for secret in (WRONG_SECRET, tenant.client_secret):
        assert secret not in str(error.value)
        assert secret not in caplog.text


@pytest.mark.parametrize("written", [str, quote_plus, lambda text: quote(text, safe="")], ids=["raw", "form", "URL"])
def test_what_entra_repeats_of_the_secret_is_hidden(
    tenant: SandboxTenant, read: Read, caplog: pytest.LogCaptureFixture, written: Callable[[str], str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, token = "s3cret +/~&%_= of ours", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
    text = f"AADSTS7000215: Invalid client secret '{written(secret)}', or assertion {token}. Trace ID: 1"
    body = {"error": "invalid_client", "error_description": text}
    tenant.faults.add(Fault(path="/oauth2/", method="POST", status=401, body=body))

    with pytest.raises(
        SignInRefused, match=r"AADSTS7000215.*Invalid client secret '\*{3}', or assertion \*{3}"
    ) as error:
        read(password=secret)

    for hidden in (secret, written(secret), token):
        assert hidden not in "".join(traceback.format_exception(error.value)) + caplog.text


def test_an_expired_secret_is_told_from_a_wrong_one(tenant: SandboxTenant, read: Read) -> None:
    tenant.settings.secret_expired = True

    with pytest.raises(SignInRefused, match=r"AADSTS7000222.*expired"):
        read()


def test_two_permissions_to_read_are_enough(tenant: SandboxTenant, read: Read) -> None:
    tenant.settings.permissions = {"User.Read.All", "GroupMember.Read.All"}

    assert read().complete


@pytest.mark.parametrize(
    ("missing", "named"),
    [("User.Read.All", "User.Read.All"), ("GroupMember.Read.All", "GroupMember.Read.All")],
)
def test_a_missing_permission_is_named(tenant: SandboxTenant, read: Read, missing: str, named: str) -> None:
    tenant.settings.permissions = {"User.Read.All", "GroupMember.Read.All"} - {missing}

    with pytest.raises(PermissionMissing) as error:
        read()

    assert named in str(error.value)
    assert "admin consent" in str(error.value)
    assert error.value.code == "Authorization_RequestDenied"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"])
def test_the_connections_ca_wins_over_the_environments(
    read: Read, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with SandboxTenant(users=1, groups=0) as elsewhere:
        monkeypatch.setenv(variable, str(elsewhere.ca_file))

        assert read().complete


def test_a_server_that_is_not_trusted_gets_no_secret(tenant: SandboxTenant, read: Read) -> None:
    with pytest.raises(GraphUnavailable, match="certificate is not trusted"):
        read(extra={"verify": None})


def test_the_tenant_may_be_a_verified_domain(read: Read) -> None:
    assert read(extra={"tenant_id": "contoso.com"}).complete


def test_a_token_that_expires_midway_is_renewed(tenant: SandboxTenant, read: Read) -> None:
    tenant.settings.users_page = 5
    tenant.settings.latency_s = 0.12
    tenant.settings.token_lifetime_s = 1

    assert read().complete


def test_a_refused_sign_in_is_neither_a_lost_feed_nor_a_refused_list(tenant: SandboxTenant, tmp_path: Path) -> None:
    def night(number: int) -> list[tuple[str, str]]:
        decided: list[tuple[str, str]] = []
        account = AccountConfig(account="contoso", name="Contoso Ltd")
        folder = UPath(tmp_path / "landing" / str(number))
        try:
            extract_tenant(
                tenant.entra_connection(),
                account,
                folder,
                run_id=number,
                retry=QUICK,
                decided=lambda mode, reason: decided.append((mode, reason)),
            )
        except SignInRefused:
            decided.append(("refused", ""))
        return decided

    assert night(1) == [("full", "first_run")]
    tenant.scenario("secret-expired")

    assert night(2) == [("incremental", "since run 1"), ("refused", "")]
