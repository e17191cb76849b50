"""docs/deploy.md: what it says of settings, services, secrets and files is so."""

from __future__ import annotations

import re

import yaml

from tests.conftest import ROOT
from tests.deploy.composition import read

GUIDE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
SERVICES = read({"ENTRA_SYNC_URL": "https://airflow.example.com"})["services"]
VALUES = yaml.safe_load((ROOT / "deploy/helm/values.yaml").read_text(encoding="utf-8"))


def test_the_settings_about_dead_workers_are_those_of_the_file() -> None:
    environment = SERVICES["scheduler"]["environment"]
    units = {"s": 1, "h": 3600}
    rows = re.findall(r"^\| `\[(\w+)\] (\w+)` \| (\d+) (s|h) \|", GUIDE, re.MULTILINE)

    assert len(rows) == 3
    for section, option, number, unit in rows:
        assert int(environment[f"AIRFLOW__{section.upper()}__{option.upper()}"]) == int(number) * units[unit]


def test_the_table_of_services_names_all_and_the_volumes_that_they_write_to() -> None:
    table = GUIDE.partition("### What holds what")[2].partition("\n\nNo container")[0]
    rows = re.findall(r"^\| (`.+?) \| .+? \| (.+?) \|$", table, re.MULTILINE)
    told = {
        name: set(re.findall(r"`(\w+)`", kept)) for names, kept in rows for name in re.findall(r"`([\w-]+)`", names)
    }

    held = re.findall(r"^\| (`.+?) \| (.+?) \|", table, re.MULTILINE)
    secrets = {name: said for names, said in held for name in re.findall(r"`([\w-]+)`", names)}
    words = {"queue": "broker_url", "Celery's results": "celery_results", "Airflow's database": "airflow_database"}
    words |= {"keys": "fernet_key", "connections": "connections.json", "owner of PeopleGoal's schemas": "owner.json"}
    assert set(told) == set(SERVICES) - {"sandbox"}
    for name in set(told) - {"postgres", "redis"}:
        assert {word for word in words if word in secrets[name]} == {
            word for word, file in words.items() if file in SERVICES[name]["secrets"]
        }, name
    for name, volumes in told.items():
        mounts = [mount.split(":") for mount in SERVICES[name].get("volumes", ())]
        assert volumes == {parts[0] for parts in mounts if len(parts) == 2}, name


def test_files_secrets_and_versions_of_the_guide_exist() -> None:
    for path in re.findall(r"(?<![\w/.-])((?:deploy|include)/[\w./-]*\w)", GUIDE):
        if not path.startswith("deploy/compose/secrets"):
            assert (ROOT / path).exists(), path
    named = set(re.findall(r"^secret ([\w-]+)", GUIDE, re.MULTILINE))
    used = set(re.findall(r"(?<!peoplegoal-)entra-sync-[\w-]+", (ROOT / "deploy/helm/values.yaml").read_text()))
    assert named | {"entra-sync-accounts"} == used
    assert f":{VALUES['images']['airflow']['tag']} ." in GUIDE
    assert "--version 1.22.0" in GUIDE


def test_git_never_takes_what_the_guide_has_a_person_make() -> None:
    """Secrets, backups and the values of one cluster."""
    ignored = set((ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())

    assert {"/deploy/compose/secrets/", "/secrets/", "/backup/", "/my-values.yaml", ".env"} <= ignored
