"""The file .env."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from entra_sync.errors import ConfigurationError
from entra_sync.local.dotenv import parse, with_env_file
from tests.conftest import ROOT

CONNECTION = {"login": "a", "password": 'p#1 #2 "q"', "extra": {"tenant_id": "t"}}


def one(line: str) -> str:
    return parse(f"KEY={line}\n", Path(".env"))["KEY"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("plain", "plain"),
        (" spaced out ", "spaced out"),
        ("with # comment", "with"),
        ("with#none", "with#none"),
        ("'single # quoted'", "single # quoted"),
        ('"double \\" \\\\ quoted"  # comment', 'double " \\ quoted'),
        ("it's", "it's"),
        ("", ""),
    ],
)
def test_a_value_is_what_a_person_means(line: str, value: str) -> None:
    assert one(line) == value


def test_json_needs_no_quotes_and_may_have_them() -> None:
    text = json.dumps(CONNECTION)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert json.loads(one(text)) == json.loads(one(f"'{text}'")) == json.loads(one(f'"{escaped}"')) == CONNECTION


def test_comments_blank_lines_and_export_are_understood() -> None:
    assert parse("# a\n\n  export A=1\r\nB = 2\n", Path(".env")) == {"A": "1", "B": "2"}


def test_a_line_that_is_none_is_named_by_number_without_its_text() -> None:
    with pytest.raises(ConfigurationError, match=r"line 2: expected KEY=VALUE") as caught:
        parse("A=1\nhunter2\n", Path(".env"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("page", ["azure-setup.md", "notifications.md", "../.env.example"])
def test_the_connections_that_the_guides_show_are_read(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = re.findall(r"^#?(AIRFLOW_CONN_.*)$", text, re.MULTILINE)

    found = parse("\n".join(lines), Path(page))

    assert found
    assert all("conn_type" in json.loads(value) for value in found.values())
    assert len(found) == text.count("AIRFLOW_CONN_") - text.count("AIRFLOW_CONN_ENTRA_MY_ORG")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text("A=file\nB=file\nC=\n")
    merged = with_env_file({"A": "environment", "ENTRA_SYNC_ENV_FILE": str(path)})
    assert (merged["A"], merged["B"], "C" in merged) == ("environment", "file", False)


def test_no_file_is_read_when_the_variable_is_empty() -> None:
    assert with_env_file({"ENTRA_SYNC_ENV_FILE": ""}) == {"ENTRA_SYNC_ENV_FILE": ""}
