"""The four fields: all required, each refused by its name on the PeopleGoal form, and no secret in any message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entra_sync.config.connection import read_connection
from entra_sync.errors import ConnectionFieldError
from tests.extract.credentials import Credential

CLIENT_ID = "5f3d1d1c-6c6f-4e5e-9d0e-0b1d6f7a8c90"
TENANT_ID = "7b8c9d0e-1f2a-4b3c-8d4e-5f6a7b8c9d0e"
SECRET = "s3cr3t~value.that-must-not-appear"
EXTRA = {"tenant_id": TENANT_ID, "client_uri": f"api://{CLIENT_ID}"}


def read(**changes: Any) -> Any:
    login = changes.pop("login", CLIENT_ID)
    password = changes.pop("password", SECRET)
    return read_connection("entra_contoso", login=login, password=password, extra={**EXTRA, **changes})


def test_the_four_fields_are_enough() -> None:
    connection = read()

    assert connection.authority == "https://login.microsoftonline.com"
    assert connection.base_url == "https://graph.microsoft.com/v1.0"
    assert connection.token_scope == "https://graph.microsoft.com/.default"
    assert connection.verify is True
    assert SECRET not in repr(connection)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"login": None}, "Client ID"),
        ({"login": "contoso-app"}, "Client ID"),
        ({"password": None}, "Client Secret"),
        ({"tenant_id": None}, "Client Tenant"),
        ({"tenant_id": "no tenant"}, "Client Tenant"),
        ({"client_uri": None}, "Client URI"),
        ({"client_uri": "contoso"}, "Client URI"),
        ({"client_uri": "http://contoso.com/app"}, "Client URI"),
        ({"cloud": "moon"}, "Cloud"),
        ({"verify": False}, "verify"),
        ({"verify": "/no/such/ca.pem"}, "verify"),
        ({"base_url": "http://graph.example"}, "base_url"),
        ({"proxies": f"http://sync:{SECRET}@proxy:8080"}, "proxies"),
        ({"proxies": {"https": f"sync:{SECRET}@proxy:8080"}}, "proxies"),
        ({"proxies": {"https": 8080}}, "proxies"),
    ],
)
def test_a_missing_or_malformed_field_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ConnectionFieldError) as error:
        read(**changes)

    assert error.value.field == field
    assert field in str(error.value)
    assert "entra_contoso" in str(error.value)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_id": "contoso.com"},
        {"client_uri": "https://contoso.com/peoplegoal"},
        {"client_uri": "api://peoplegoal"},
        {"tenantId": TENANT_ID, "tenant_id": None},
        {"password": None, "federated_token_file": "/var/run/token"},
        {"proxies": ""},
    ],
)
def test_every_allowed_form_is_taken(changes: dict[str, Any]) -> None:
    assert read(**changes).client_id == CLIENT_ID


@pytest.mark.parametrize(
    ("cloud", "graph"),
    [
        ("usgov", "https://graph.microsoft.us"),
        ("usgov-dod", "https://dod-graph.microsoft.us"),
        ("china", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_a_national_cloud_has_its_own_hosts_and_scope(cloud: str, graph: str) -> None:
    connection = read(cloud=cloud)

    assert connection.base_url == f"{graph}/v1.0"
    assert connection.token_scope == f"{graph}/.default"


@pytest.mark.parametrize("given", [{"https": "http://proxy:8080"}, '{"https": "http://proxy:8080"}'])
def test_proxies_come_as_an_object_or_as_its_text(given: Any) -> None:
    assert read(proxies=given).proxies == {"https": "http://proxy:8080"}


def test_a_certificate_replaces_the_secret(tmp_path: Path) -> None:
    credential, pem = Credential(), tmp_path / "app.pem"
    pem.write_text(credential.pem(), encoding="ascii")

    connection = read(password=None, certificate_path=str(pem))

    assert connection.client_secret is None
    assert connection.certificate.certificate == credential.certificate_pem
