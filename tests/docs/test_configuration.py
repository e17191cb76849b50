"""docs/configure.md lists every variable, connection and extra that the product reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "configure.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\bENTRA_SYNC_[A-Z_]*[A-Z]\b")
READERS = ("include/entra_sync", "dags", "plugins", "deploy", "scripts", "sandbox", "tests", "bench")
FILES = [
    *(path for name in READERS for path in sorted((ROOT / name).rglob("*")) if path.suffix in ("", ".py", ".yaml")),
    ROOT / "docker-compose.yaml",
    ROOT / "Makefile",
]
# Tests of what is not there.
MADE_UP = {"ENTRA_SYNC_TOPOLOGY_LOGS"}


def read_there(path: Path) -> set[str]:
    return set(VARIABLE.findall(path.read_text(encoding="utf-8"))) if path.is_file() else set()


def test_every_variable_is_listed_and_every_listed_one_is_read() -> None:
    read = set().union(*(read_there(path) for path in FILES)) - MADE_UP

    assert set(VARIABLE.findall(PAGE)) == read


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_no_page_names_a_variable_that_is_not_listed(page: Path) -> None:
    assert set(VARIABLE.findall(page.read_text(encoding="utf-8"))) <= set(VARIABLE.findall(PAGE))


def test_every_extra_of_the_tenants_connection_is_listed() -> None:
    code = (ROOT / "include/entra_sync/config/connection.py").read_text(encoding="utf-8")
    read = set(re.findall(r'extra\.get\("(\w+)"', code)) - {"tenantId"}
    table = PAGE.partition("| extra of `entra_<account>`")[2].partition("\n\n")[0]

    listed = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert listed == read


def test_every_connection_that_is_asked_for_is_listed() -> None:
    code = (ROOT / "include/entra_sync/airflow/connections.py").read_text(encoding="utf-8")

    asked = set(re.findall(r'"(peoplegoal_\w+)"', code))
    assert asked == set(re.findall(r"^\| `(peoplegoal_\w+)` \|", PAGE, re.MULTILINE))
