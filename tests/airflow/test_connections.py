"""Airflow Connections, read as a task reads them: from the environment, of both types."""

from __future__ import annotations

import json
import traceback

import pytest
from psycopg.conninfo import conninfo_to_dict

from entra_sync.airflow.connections import database_url, entra_connection
from entra_sync.airflow.provider import get_provider_info
from entra_sync.config.account import AccountConfig
from entra_sync.db import connect
from entra_sync.errors import ConfigurationError, ConnectionFieldError

CLIENT_ID = "5f3d1d1c-6c6f-4e5e-9d0e-0b1d6f7a8c90"
TENANT_ID = "7b8c9d0e-1f2a-4b3c-8d4e-5f6a7b8c9d0e"
ACCOUNT = AccountConfig(account="contoso", name="Contoso Ltd")


def parts(conn_type: str = "entra_id", **extra: str) -> str:
    return json.dumps(
        {
            "conn_type": conn_type,
            "login": CLIENT_ID,
            "password": "a secret",
            "extra": {"tenant_id": TENANT_ID, "client_uri": f"api://{CLIENT_ID}", **extra},
        }
    )


@pytest.mark.parametrize("conn_type", ["entra_id", "msgraph"])
def test_both_connection_types_are_read_alike(monkeypatch: pytest.MonkeyPatch, conn_type: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ENTRA_CONTOSO", parts(conn_type))

    connection = entra_connection(ACCOUNT)

    assert (connection.client_id, connection.tenant_id) == (CLIENT_ID, TENANT_ID)


def test_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ENTRA_CONTOSO", parts("http"))

    with pytest.raises(ConfigurationError, match="entra_contoso has the type 'http'"):
        entra_connection(ACCOUNT)


def test_a_missing_connection_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ENTRA_CONTOSO", raising=False)

    with pytest.raises(ConfigurationError, match="AIRFLOW_CONN_ENTRA_CONTOSO"):
        entra_connection(ACCOUNT)


def test_a_malformed_field_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ENTRA_CONTOSO", parts(client_uri="nonsense"))

    with pytest.raises(ConnectionFieldError, match="Client URI"):
        entra_connection(ACCOUNT)


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        (
            {"conn_type": "postgres", "host": "/run/pg", "schema": "peoplegoal", "login": "postgres"},
            "postgresql://postgres@/peoplegoal?host=%2Frun%2Fpg",
        ),
        (
            {
                "conn_type": "postgres",
                "host": "db",
                "port": 5433,
                "schema": "pg",
                "login": "u",
                "password": "p@ss/word",
            },
            "postgresql://u:p%40ss%2Fword@db:5433/pg",
        ),
        (
            {"conn_type": "postgres", "host": "db", "login": "u", "extra": {"sslmode": "verify-full"}},
            "postgresql://u@db/peoplegoal?sslmode=verify-full",
        ),
        (
            {"conn_type": "postgres", "host": "::1", "login": "u:1", "extra": {"options": "-c lock_timeout=1s"}},
            "postgresql://u%3A1@[::1]/peoplegoal?options=-c%20lock_timeout%3D1s",
        ),
    ],
)
def test_the_database_connection_becomes_a_url(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, object], url: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", json.dumps(connection))

    assert database_url() == url


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("postgresql://postgres@/pg?host=/run/pg", "postgresql://postgres@/pg?host=%2Frun%2Fpg"),
        ("postgres://u:p%40ss@db:5433/pg?sslmode=require", "postgresql://u:p%40ss@db:5433/pg?sslmode=require"),
        ("postgresql+psycopg2://u@db/pg", "postgresql://u@db/pg"),
    ],
)
def test_the_database_connection_may_be_a_uri(monkeypatch: pytest.MonkeyPatch, uri: str, url: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", uri)

    assert database_url() == url


@pytest.mark.parametrize("password", ["two words", "a+b", "p@ss:w/o?r#d%20", "\"quoted\" 'twice' \\", "pä55 🔑"])
def test_every_password_reaches_the_database_as_it_is(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    parts = {"conn_type": "postgres", "host": "db", "login": "an owner", "password": password}
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", json.dumps(parts))

    read = conninfo_to_dict(database_url())

    assert (read["user"], read["password"], read["host"]) == ("an owner", password, "db")


def test_an_address_that_cannot_be_read_shows_no_password() -> None:
    password = "two words"

    with pytest.raises(ConfigurationError, match="peoplegoal_db") as refused:
        connect(f"postgresql://owner:{password}@db/peoplegoal")

    assert password not in "".join(traceback.format_exception(refused.value))


def test_another_kind_of_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", json.dumps({"conn_type": "mysql", "host": "db"}))

    with pytest.raises(ConfigurationError, match="must be postgres"):
        database_url()


def test_the_form_shows_the_four_fields_by_the_names_of_peoplegoal() -> None:
    (kind,) = get_provider_info()["connection-types"]

    assert kind["connection-type"] == "entra_id"
    assert kind["ui-field-behaviour"]["relabeling"] == {"login": "Client ID", "password": "Client Secret"}
    assert kind["conn-fields"]["tenant_id"]["label"] == "Client Tenant"
    assert kind["conn-fields"]["client_uri"]["label"] == "Client URI"
