"""What docker-compose.yaml starts beside Airflow: the migration, and the sandbox tenant under a name of its own."""

from __future__ import annotations

import json
import os
import secrets
import socket
import ssl
import subprocess
import sys
from pathlib import Path

from entra_sync.local.postgres import ADMIN, PORT, Postgres
from entra_sync.migrations import pending
from sandbox.certificates import certificates_in
from sandbox.state import StateFolder
from tests.conftest import ROOT


def test_migrate_brings_the_database_of_the_connection_up_to_date(postgres: Postgres, tmp_path: Path) -> None:
    name = f"t_{secrets.token_hex(6)}"
    postgres.create_database(name)
    host = str(postgres.place.socket)
    connection = {"conn_type": "postgres", "host": host, "port": PORT, "login": ADMIN, "schema": name}
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    environ |= {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW_CONN_PEOPLEGOAL_DB": json.dumps(connection)}
    command = [sys.executable, "-m", "entra_sync", "migrate"]

    first = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    assert pending(postgres.url(name)) == []
    again = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout

    assert "applied 0001_peoplegoal" in first
    assert again.strip().splitlines()[-1] == "The PeopleGoal database is up to date."
    assert "applied" not in again
    postgres.drop_database(name)


def test_the_sandbox_is_reached_by_its_own_name_over_tls(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "serve", "--state", str(tmp_path), "--host", "sandbox", "--users", "3"]
    with subprocess.Popen([*command, "--groups", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "https://sandbox:" in server.stdout.readline()
        found = StateFolder(tmp_path).server()
        assert found is not None
        extra = found["connection"]["extra"]
        context = ssl.create_default_context(cafile=extra["verify"])
        with socket.create_connection(("127.0.0.1", found["port"])) as plain:
            # The handshake fails unless the certificate has the name.
            context.wrap_socket(plain, server_hostname="sandbox").close()
        server.terminate()

    assert extra["authority"] == f"https://sandbox:{found['port']}"


def test_a_certificate_without_the_name_is_made_anew(tmp_path: Path) -> None:
    first = certificates_in(tmp_path).certificate_file.read_bytes()
    named = certificates_in(tmp_path, "sandbox").certificate_file.read_bytes()

    assert first != named
    assert certificates_in(tmp_path, "sandbox").certificate_file.read_bytes() == named
    assert certificates_in(tmp_path).certificate_file.read_bytes() == named
