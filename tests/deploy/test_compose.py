"""docker-compose.yaml and Dockerfile: what can be told without an engine. ``make topology`` runs what they say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from entra_sync.local.environment import HIDDEN_EXTRAS
from tests.conftest import ROOT
from tests.deploy.composition import Refused, read

COMPOSE = read({"ENTRA_SYNC_URL": "https://airflow.example.com"})
SERVICES: dict[str, Any] = COMPOSE["services"]
AIRFLOW = {name: parts for name, parts in SERVICES.items() if "AIRFLOW_HOME" in parts.get("environment", {})}
SECRET = re.compile(r"/run/secrets/([\w.]+)")
OPTIONS = """
import json
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
ProvidersManager().initialize_providers_configuration()
options = {
    f"AIRFLOW__{s.upper()}__{o.upper()}"
    for s, section in conf.configuration_description.items() for o in section.get("options", {})
}
secret = sorted(f"AIRFLOW__{s.upper()}__{o.upper()}" for s, o in conf.sensitive_config_values)
print(json.dumps({"options": sorted(options), "secret": secret}))
"""


@pytest.fixture(scope="module")
def airflow_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every option of Airflow and its installed providers, as variables; those that may come from a command."""
    home = tmp_path_factory.mktemp("airflow")
    environ = {"AIRFLOW_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", OPTIONS], env=environ, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: set(values) for name, values in found.items()}


def locked(file: str) -> dict[str, str]:
    """Package and version of each line of a lock."""
    lines = re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;]+)", (ROOT / file).read_text(), re.MULTILINE)
    return dict(lines)


def test_the_image_is_of_the_locked_airflow_and_installs_the_lock() -> None:
    text = (ROOT / "Dockerfile").read_text()

    version = locked("requirements.txt")["apache-airflow"]
    assert f"FROM apache/airflow:slim-{version}-python3.12\n" in text
    assert "--require-hashes -r /tmp/requirements.txt" in text


def test_the_images_lock_is_the_lock_without_the_tools_of_development() -> None:
    whole, image = locked("requirements.txt"), locked("deploy/requirements.txt")

    assert image["apache-airflow"] == whole["apache-airflow"]
    assert {name: whole.get(name) for name in image} == image
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(image)
    project = (ROOT / "pyproject.toml").read_text()
    wanted = re.search(r"^production = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert wanted
    for text in re.findall(r'"([^"]+)"', wanted[1]):
        requirement = Requirement(text)
        assert requirement.specifier.contains(image[requirement.name]), text


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for sources in re.findall(r"^COPY --chown=\S+ (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source
            assert source in kept, source


def test_without_the_address_nothing_starts() -> None:
    with pytest.raises(Refused, match=r"\.env"):
        read({})


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardened(name: str) -> None:
    parts = SERVICES[name]

    assert parts["cap_drop"] == ["ALL"]
    assert parts["security_opt"] == ["no-new-privileges:true"]
    assert parts["read_only"] is True
    assert parts["user"] not in ("root", "0", "0:0")
    assert "privileged" not in parts
    limits = parts["deploy"]["resources"]["limits"]
    assert limits["cpus"]
    assert limits["memory"]
    assert re.fullmatch(r"\S+:[\w.-]*\d[\w.-]*", parts["image"]), "an image without a version"
    once = name == "init"
    assert parts["restart"] == ("no" if once else "unless-stopped")
    assert ("test" in parts["healthcheck"]) is not once


def test_the_database_logs_no_row_and_no_process_dumps_its_memory() -> None:
    said = SERVICES["postgres"]["command"]

    assert {"log_error_verbosity=terse", "log_min_error_statement=panic"} <= set(said)
    assert {parts["ulimits"]["core"] for parts in SERVICES.values()} == {0}


def test_airflow_shows_nobody_what_connections_hide() -> None:
    """The names are those of the set-up on one machine, where tests/secrets looks at what Airflow shows."""
    for parts in AIRFLOW.values():
        hidden = parts["environment"]["AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES"]
        assert hidden == HIDDEN_EXTRAS


def test_only_the_api_server_is_published_and_to_this_machine() -> None:
    assert {name: parts["ports"] for name, parts in SERVICES.items() if "ports" in parts} == {
        "api-server": ["127.0.0.1:8080:8080"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, parts in SERVICES.items() if "outside" in parts["networks"]} == {"api-server", "worker"}


def test_each_secret_is_a_file_that_make_secrets_makes_and_a_service_has_those_that_it_reads(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", ROOT / "deploy/compose/make-secrets", tmp_path / "secrets"], capture_output=True, text=True, check=True
    )
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    assert set(made) - {"redis_password"} == set(COMPOSE["secrets"])
    assert all(set(entry) == {"file"} for entry in COMPOSE["secrets"].values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert not any(value.strip() in done.stdout for value in made.values())
    for name, parts in SERVICES.items():
        said = [*parts.get("command", ()), *parts.get("environment", {}).values()]
        if name == "postgres":
            said.append((ROOT / "deploy/compose/databases.sql").read_text())
        read_there = set(SECRET.findall("\n".join(said)))
        assert read_there == set(parts.get("secrets", ())), name


def test_secrets_that_are_there_stay(tmp_path: Path) -> None:
    command = ["sh", ROOT / "deploy/compose/make-secrets", tmp_path / "secrets"]
    subprocess.run(command, capture_output=True, check=True)
    before = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    (tmp_path / "secrets" / "jwt_secret").unlink()
    subprocess.run(command, capture_output=True, check=True)
    after = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    assert {name for name in before if before[name] != after[name]} == {"jwt_secret"}
    assert len(set(after.values())) == len(after)


def test_no_password_stands_in_the_file() -> None:
    for name, parts in SERVICES.items():
        for variable, value in parts.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY|SQL_ALCHEMY_CONN|BROKER_URL|RESULT_BACKEND", variable):
                known = value.startswith("entra_sync.airflow.connections_file.")
                assert "/run/secrets/" in value or known, (name, variable)


@pytest.mark.parametrize("name", AIRFLOW)
def test_airflow_knows_every_option(name: str, airflow_options: dict[str, set[str]]) -> None:
    for variable in AIRFLOW[name]["environment"]:
        if not variable.startswith("AIRFLOW__"):
            continue
        if variable.endswith("_CMD"):
            assert variable.removesuffix("_CMD") in airflow_options["secret"], variable
        elif not variable.startswith("AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__"):
            assert variable in airflow_options["options"], variable


def test_a_worker_holds_neither_airflows_database_nor_its_keys() -> None:
    assert set(SERVICES["worker"]["secrets"]) == {"celery_results", "broker_url", "connections.json"}


def test_only_who_migrates_holds_the_owner_of_peoplegoals_schemas(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    subprocess.run(["sh", ROOT / "deploy/compose/make-secrets", folder], capture_output=True, check=True)
    logins = {
        name: {key: (parts["login"], parts["password"]) for key, parts in json.loads(text).items()}
        for name in ("connections.json", "owner.json")
        if (text := (folder / name).read_text())
    }
    passwords = {name: (folder / f"{name}_database_password").read_text() for name in ("peoplegoal", "nights", "page")}

    assert logins == {
        "connections.json": {
            "peoplegoal_db": ("directory_nights", passwords["nights"]),
            "peoplegoal_page": ("directory_page", passwords["page"]),
        },
        "owner.json": {"peoplegoal_owner": ("peoplegoal", passwords["peoplegoal"])},
    }
    assert {name for name, parts in SERVICES.items() if "owner.json" in parts.get("secrets", ())} == {"init"}
    roles = (ROOT / "deploy/compose/databases.sql").read_text()
    assert "role directory_nights login password :'nights_password' in role peoplegoal_sync;" in roles
    assert "role directory_page login password :'page_password' in role peoplegoal_page;" in roles


def test_only_the_maintenance_worker_holds_airflows_database_and_takes_nothing_else() -> None:
    parts = SERVICES["maintenance"]
    queue = parts["environment"]["ENTRA_SYNC_MAINTENANCE_QUEUE"]

    assert parts["command"][parts["command"].index("--queues") + 1] == queue
    assert set(parts["secrets"]) == {"celery_results", "broker_url", "airflow_database"}
    assert "store" not in str(parts["volumes"])
    assert all(service["environment"]["ENTRA_SYNC_MAINTENANCE_QUEUE"] == queue for service in AIRFLOW.values())


def test_a_worker_loads_before_it_forks() -> None:
    config = json.loads(SERVICES["worker"]["environment"]["AIRFLOW__CELERY__EXTRA_CELERY_CONFIG"])

    assert [find_spec(name) is not None for name in config["imports"]] == [True]


def test_a_reading_of_the_dag_file_that_fails_once_deactivates_nobody() -> None:
    """A DAG is taken for removed when its file was read, or failed to be, so long after the DAG was last seen in it."""
    environment = SERVICES["dag-processor"]["environment"]
    names = ("STALE_DAG_THRESHOLD", "MIN_FILE_PROCESS_INTERVAL", "DAG_FILE_PROCESSOR_TIMEOUT")
    stale, interval, timeout = (int(environment[f"AIRFLOW__DAG_PROCESSOR__{name}"]) for name in names)

    assert stale > interval + timeout


def test_a_message_comes_again_only_after_the_longest_step() -> None:
    """A redelivered message of a step at work is refused by Airflow, and noise; the DAG's longest step is 6 hours."""
    dag = (ROOT / "dags" / "entra_sync.py").read_text()
    hours = int(re.search(r"execution_timeout\": timedelta\(hours=(\d+)\)", dag)[1])  # type: ignore[index]
    environment = SERVICES["worker"]["environment"]

    assert int(environment["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]) > hours * 3600
