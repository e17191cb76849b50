"""Where secrets lie, and a new one beside the old one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from airflow.providers.microsoft.azure.secrets.key_vault import AzureKeyVaultBackend

from entra_sync.airflow.connections_file import ConnectionsFile
from entra_sync.errors import EntraSyncError
from sandbox.testing import SandboxTenant
from tests.conftest import ROOT
from tests.e2e.conftest import Nights, nights, quick_retries  # noqa: F401

GUIDE = (ROOT / "docs" / "secrets.md").read_text(encoding="utf-8")
READ = """
from entra_sync.airflow.connections import database_url, entra_connection
from entra_sync.config.account import AccountConfig
found = entra_connection(AccountConfig(account="contoso", name="Contoso"))
print(found.client_id, "db.example.com" in database_url())
"""


@pytest.mark.parametrize("section", ["secrets", "workers"])
def test_connections_are_read_from_a_file(tmp_path: Path, section: str) -> None:
    """The sections of the guide: ``workers`` is read by tasks only, ``secrets`` by everything else."""
    with SandboxTenant(users=1, groups=0) as tenant:
        parts = tenant.connection(extra={"verify": None})
    file = tmp_path / "connections.json"
    database = {"conn_type": "postgres", "host": "db.example.com", "login": "sync", "schema": "peoplegoal"}
    file.write_text(json.dumps({"entra_contoso": parts, "peoplegoal_db": database}))
    assert '{"connections_file_path": "/run/secrets/connections.json"}' in GUIDE
    name = "BACKEND" if section == "secrets" else "SECRETS_BACKEND"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        f"AIRFLOW__{section.upper()}__{name}": "entra_sync.airflow.connections_file.ConnectionsFile",
        f"AIRFLOW__{section.upper()}__{name}_KWARGS": json.dumps({"connections_file_path": str(file)}),
        # A task's process is one that has this.
        **({"_AIRFLOW_PROCESS_CONTEXT": "client"} if section == "workers" else {}),
    }

    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-2:] == [parts["login"], "True"]
    assert parts["password"] not in done.stdout + done.stderr


def test_a_file_that_cannot_be_read_is_said_where_airflow_says_that_the_connection_does_not_exist(
    tmp_path: Path,
) -> None:
    file = tmp_path / "connections.json"
    file.write_text('{"entra_contoso": {"password": "hunter2"')
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__WORKERS__SECRETS_BACKEND": "entra_sync.airflow.connections_file.ConnectionsFile",
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": json.dumps({"connections_file_path": str(file)}),
        "_AIRFLOW_PROCESS_CONTEXT": "client",
    }

    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert f"{file} cannot be read" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_the_guide_names_the_vaults_secrets_as_the_backend_does() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(airflow-connections-[\w-]+)` \|", GUIDE, re.MULTILINE)

    assert [connection for connection, _ in rows] == ["entra_contoso", "peoplegoal_db"]
    for connection, secret in rows:
        assert AzureKeyVaultBackend.build_path("airflow-connections", connection, "-") == secret


def test_a_new_secret_takes_over_from_the_old_one_without_a_lost_night(nights: Nights) -> None:  # noqa: F811
    old = nights.tenant.connection()["password"]
    assert nights.run(password=old) == "success"

    nights.tenant.settings.further_secrets.append("the-next-one")
    assert nights.run(password="the-next-one") == "no_changes"
    assert nights.run(password=old) == "no_changes", "both are valid until the old one is deleted"

    nights.tenant.settings.further_secrets.clear()
    nights.tenant.tenant.app = replace(nights.tenant.tenant.app, client_secret="the-next-one")
    assert nights.run(password="the-next-one") == "no_changes"
    with pytest.raises(EntraSyncError) as refused:
        nights.run(password=old)
    assert old not in str(refused.value)
    assert nights.last_run()["error_code"] == "sign_in_refused"


def test_one_connection_is_taken_out_of_the_file_and_the_others_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    file.write_text(
        json.dumps({"one": {"conn_type": "http", "extra": {"a": 1}}, "uri": "http://x", "broken": {"no": 1}})
    )
    found = ConnectionsFile(str(file))

    assert json.loads(found.get_conn_value("one") or "") == {"conn_type": "http", "extra": {"a": 1}}
    assert found.get_conn_value("uri") == "http://x"
    assert found.get_conn_value("nobody") is None
    assert found.get_variable("one") is None
    file.write_text(json.dumps({"one": {"conn_type": "https"}}))
    assert json.loads(found.get_conn_value("one") or "") == {"conn_type": "https"}, "without a restart"


@pytest.mark.parametrize("text", ['{"entra_contoso": {"password": "hunter2"', '["hunter2"]', None])
def test_a_connections_file_that_cannot_be_read_is_named_without_what_it_holds(
    tmp_path: Path, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConnectionsFile, "problem", None)
    file = tmp_path / "connections.json"
    if text is not None:
        file.write_text(text)

    with pytest.raises(EntraSyncError) as refused:
        ConnectionsFile(str(file)).get_conn_value("entra_contoso")

    assert str(file) in str(refused.value)
    assert "hunter2" not in str(refused.value)
