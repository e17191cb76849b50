"""deploy/helm/values.yaml against what is known of the official chart, and against docker-compose.yaml.

``KEYS`` are the paths of the values file that the chart's values.yaml has, looked up there by hand, in the one whose
default is Airflow 3.1.3 (https://airflow.apache.org/docs/helm-chart/stable/parameters-ref.html has the newest): a new
key is looked up before it is added here. What a later chart has renamed, ``helm template`` says.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from entra_sync.airflow.maintenance import OPTIONS
from tests.conftest import ROOT
from tests.deploy.composition import read

VALUES: dict[str, Any] = yaml.safe_load((ROOT / "deploy/helm/values.yaml").read_text(encoding="utf-8"))
KEYS = {
    *("airflowVersion", "executor", "images.airflow.repository", "images.airflow.tag", "images.airflow.pullPolicy"),
    *("data.metadataSecretName", "fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName"),
    *("postgresql.enabled", "redis.enabled", "statsd.enabled", "createUserJob.enabled", "cleanup.enabled"),
    *("securityContexts.pod", "securityContexts.containers", "config", "env", "volumes", "volumeMounts"),
    *("migrateDatabaseJob.enabled", "migrateDatabaseJob.args", "migrateDatabaseJob.resources"),
    *("migrateDatabaseJob.extraVolumes", "migrateDatabaseJob.extraVolumeMounts"),
    *("apiServer.replicas", "apiServer.args", "apiServer.podDisruptionBudget.enabled", "apiServer.resources"),
    *("apiServer.startupProbe.failureThreshold", "apiServer.startupProbe.periodSeconds"),
    *("apiServer.env", "apiServer.extraVolumes", "apiServer.extraVolumeMounts"),
    *("scheduler.replicas", "scheduler.podDisruptionBudget.enabled", "scheduler.resources"),
    *("scheduler.startupProbe.failureThreshold", "scheduler.startupProbe.periodSeconds"),
    *("dagProcessor.enabled", "dagProcessor.replicas", "dagProcessor.resources"),
    *("triggerer.replicas", "triggerer.persistence.enabled", "triggerer.resources"),
    *("workers.resources", "workers.extraVolumes", "workers.extraVolumeMounts", "workers.safeToEvict"),
    "workers.serviceAccount.automountServiceAccountToken",
    *("logs.persistence.enabled", "logs.persistence.size"),
}
# Below these the chart takes whatever Kubernetes or Airflow takes.
FREE = {
    "config",
    "env",
    "apiServer.env",
    "volumes",
    "volumeMounts",
    "securityContexts.pod",
    "securityContexts.containers",
}
SERVICES = read({"ENTRA_SYNC_URL": "https://airflow.example.com"})["services"]


def paths(values: dict[str, Any], before: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in values.items():
        path = f"{before}{key}"
        whole = path in FREE or path.endswith((".resources", ".extraVolumes", ".extraVolumeMounts", ".args"))
        found |= paths(value, f"{path}.") if isinstance(value, dict) and not whole else {path}
    return found


def test_the_chart_knows_every_key() -> None:
    assert paths(VALUES) == KEYS


def test_image_and_airflow_are_those_of_compose() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    image = VALUES["images"]["airflow"]

    assert f":slim-{VALUES['airflowVersion']}-" in dockerfile
    assert SERVICES["worker"]["image"] == f"{image['repository'].rpartition('/')[2]}:{image['tag']}"


def test_airflow_is_configured_as_by_compose() -> None:
    """But for what belongs to Celery and to one machine."""
    ours = {
        f"AIRFLOW__{section.upper()}__{option.upper()}": str(value)
        for section, options in VALUES["config"].items()
        for option, value in options.items()
    }
    theirs = {k: v for service in ("api-server", "worker") for k, v in SERVICES[service]["environment"].items()}

    for variable in set(ours) & set(theirs) - {"AIRFLOW__API__BASE_URL"}:
        here = ours[variable].replace("/run/secrets/connections/", "/run/secrets/")
        assert here == theirs[variable], variable
    assert set(ours) - set(theirs) == {
        "AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS",
        "AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS_ON_FAILURE",
        "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_PODS_QUEUED_CHECK_INTERVAL",
    }


def test_the_job_that_cleans_airflows_rows_is_of_the_same_image_secret_and_age() -> None:
    job = yaml.safe_load((ROOT / "deploy/helm/clean-airflow.yaml").read_text(encoding="utf-8"))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    image = VALUES["images"]["airflow"]

    assert container["image"] == f"{image['repository']}:{image['tag']}"
    (variable,) = container["env"]
    assert variable["valueFrom"]["secretKeyRef"]["name"] == VALUES["data"]["metadataSecretName"]
    days = SERVICES["maintenance"]["environment"]["ENTRA_SYNC_AIRFLOW_DAYS"]
    assert f"{days} days ago" in container["args"][-1]
    assert set(OPTIONS) <= set(container["args"][-1].split())
    assert pod["securityContext"] | {"fsGroup": 0} == VALUES["securityContexts"]["pod"]
    assert container["securityContext"] == VALUES["securityContexts"]["containers"]


def test_what_a_midnight_of_many_accounts_needs_is_set_in_both() -> None:
    theirs, config = SERVICES["scheduler"]["environment"], VALUES["config"]

    for section, option in (
        ("core", "dagbag_import_timeout"),
        ("dag_processor", "dag_file_processor_timeout"),
        ("dag_processor", "min_file_process_interval"),
        ("dag_processor", "stale_dag_threshold"),
        ("scheduler", "max_dagruns_to_create_per_loop"),
        ("scheduler", "max_dagruns_per_loop_to_schedule"),
        ("workers", "execution_api_timeout"),
    ):
        assert str(config[section][option]) == theirs[f"AIRFLOW__{section.upper()}__{option.upper()}"]


def test_no_secret_stands_in_the_values() -> None:
    text = (ROOT / "deploy/helm/values.yaml").read_text(encoding="utf-8")

    assert not re.search(r"^\s*(password|pass|fernetKey|jwtSecret|apiSecretKey):", text, re.MULTILINE)
    assert VALUES["createUserJob"]["enabled"] is False, "the chart's default makes admin with the password admin"


def test_every_part_runs_as_nobody_in_particular() -> None:
    assert VALUES["securityContexts"]["pod"]["runAsNonRoot"] is True
    assert VALUES["securityContexts"]["containers"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    for part in ("migrateDatabaseJob", "apiServer", "scheduler", "dagProcessor", "triggerer", "workers"):
        assert {"requests", "limits"} == set(VALUES[part]["resources"]), part
