"""Every variable that Airflow and the sync need on one machine, from what the person set and from the set-up's folder.

What the person set in the environment or in ``.env`` wins where it is theirs to choose: the connections, the store,
the account files, the port. Where Airflow keeps its own things is the set-up's: a variable left over from another
Airflow on the machine must not lead this one into that one's database.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entra_sync.errors import ConfigurationError
from entra_sync.local.paths import Local, project_root
from entra_sync.local.postgres import ADMIN, PORT, Postgres

HOST = "127.0.0.1"
LOGIN = "admin"
# Extras of connections that Airflow shows to nobody, beside those that it knows: a private key, Apprise's addresses.
HIDDEN_EXTRAS = "certificate_data,config"
DATABASE_VARIABLE = "AIRFLOW_CONN_PEOPLEGOAL_DB"


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What protects this set-up: made at random once, readable by its user only."""

    fernet_key: str
    jwt_secret: str
    api_secret: str
    password: str


def entra_variable(account: str) -> str:
    """The variable of an account's Entra connection, as Airflow looks for it."""
    return f"AIRFLOW_CONN_ENTRA_{account.upper()}"


def entra_spelling(account: str) -> str:
    """The same as a shell can export it: a name with ``-`` is none there."""
    return entra_variable(account).replace("-", "_")


def port(environ: Mapping[str, str]) -> int:
    """``ENTRA_SYNC_PORT``: Airflow's UI."""
    value = environ.get("ENTRA_SYNC_PORT") or "8080"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ConfigurationError(f"ENTRA_SYNC_PORT is {value!r}.", hint="It must be a port number, 1 to 65535.")
    return int(value)


def base_url(environ: Mapping[str, str]) -> str:
    """Airflow's UI and API."""
    return f"http://{HOST}:{port(environ)}"


def airflow_environment(environ: Mapping[str, str], local: Local, server: Postgres) -> dict[str, str]:
    """The whole environment for Airflow and for everything that reads its Connections; no Entra connection is added."""
    root = project_root()
    keys = read_secrets(local)
    theirs = {key: value for key, value in environ.items() if not key.startswith(("AIRFLOW__", "AIRFLOW_HOME"))}
    tuned = {key: value for key, value in environ.items() if key.startswith("AIRFLOW__")}
    url = base_url(environ)
    path = os.pathsep.join(filter(None, (str(root / "include"), str(root), environ.get("PYTHONPATH"))))
    return {
        **theirs,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__PARALLELISM": "4",
        # The button Test of a connection's form; only people who may edit connections can press it.
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": HIDDEN_EXTRAS,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        # A step that the API server does not let begin within this time is lost, and tried again after two minutes.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
        **tuned,
        "AIRFLOW_HOME": str(local.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(root / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(root / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "entra_sync.airflow.local_executor.PreloadedLocalExecutor",
        "AIRFLOW__CORE__FERNET_KEY": keys.fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(local.airflow / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": server.url("airflow", driver="+psycopg2"),
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(port(environ)),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": keys.api_secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": keys.jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(local.logs),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SCARF_ANALYTICS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "PATH": os.pathsep.join(filter(None, (str(Path(sys.executable).parent), environ.get("PATH")))),
        "PYTHONPATH": path,
        DATABASE_VARIABLE: environ.get(DATABASE_VARIABLE) or embedded_database(server),
        # The daily maintenance cleans it by age.
        "ENTRA_SYNC_AIRFLOW_DATABASE": server.url("airflow", driver="+psycopg2"),
        "ENTRA_SYNC_STORE": environ.get("ENTRA_SYNC_STORE") or str(local.file("store")),
        "ENTRA_SYNC_LOCAL": str(local.folder),
    }


def embedded_database(server: Postgres) -> str:
    """The PeopleGoal database of the embedded server, as an Airflow connection."""
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": str(server.place.socket),
            "port": PORT,
            "login": ADMIN,
            "schema": "peoplegoal",
        }
    )


def read_secrets(local: Local) -> Secrets:
    """The set-up's secrets, made when they are not there. Call under a lock the first time."""
    path = local.file("secrets.json")
    if not path.exists():
        fresh = {
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(48),
            "api_secret": secrets.token_urlsafe(48),
            "password": secrets.token_urlsafe(12),
        }
        _write_private(local.airflow / "passwords.json", {LOGIN: fresh["password"]})
        _write_private(path, fresh)
    return Secrets(**json.loads(path.read_text()))


def _write_private(path: Path, content: Mapping[str, Any]) -> None:
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    temporary.replace(path)
