"""``entra-sync accounts``: what is wrong with every file, for people and for programs, and the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entra_sync.cli import main
from entra_sync.config.schema import schema_text
from tests.config.files import SMALLEST, write

BAD = "account: fabrikam\nname: Fabrikam\nschedule: daily\nscope:\n  user_type: [Guest]\n"
UNKNOWN_CLASS = (
    SMALLEST
    + """checks:
  expectations:
    - {code: a, expect: ExpectColumnValuesToBeNul, options: {column: city}, message: m, hint: h}
    - {code: b, expect: ExpectColumnValuesToBeNull, options: {colum: city}, message: m, hint: h}
    - {code: c, expect: ExpectColumnValuesToBeNull, options: {column: city}, message: m, hint: h}
"""
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(tmp_path))
    return tmp_path


def test_all_that_is_wrong_is_said_file_by_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, BAD, "bad.yaml")
    write(folder, SMALLEST, "good.yaml")
    write(folder, "account: [", "worse.yaml")

    assert main(["accounts", "check"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        'WRONG bad.yaml: schedule (line 3): found `daily`; allowed: five cron fields, such as "0 0 * * *".',
        "WRONG bad.yaml: scope.user_type (line 5): unknown key; did you mean `user_types`?; allowed: `user_types`, "
        "`require_email`, `groups`, `filter`.",
        "ok    good.yaml: entra_sync_contoso, 0 0 * * * UTC",
    ]
    assert said[3].startswith("WRONG worse.yaml: is not valid YAML")


def test_a_program_gets_one_entry_per_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, BAD, "bad.yaml")
    write(folder, SMALLEST + "scope: {user_types: []}\n", "good.yaml")

    assert main(["accounts", "check", "--json"]) == 1
    bad, good = json.loads(capsys.readouterr().out)
    assert (bad["file"], bad["account"], bad["ok"], len(bad["problems"])) == ("bad.yaml", "fabrikam", False, 2)
    assert good == {
        "file": "good.yaml",
        "account": "contoso",
        "ok": True,
        "problems": [],
        "warnings": ["good.yaml: scope.user_types (line 3): is empty: nobody is in scope."],
    }


def test_what_is_hardly_meant_is_noted_and_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, SMALLEST + "scope:\n  filter:\n    - {attribute: city, in: []}\n")

    assert main(["accounts", "check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ok    contoso.yaml: entra_sync_contoso, 0 0 * * * UTC",
        "note  contoso.yaml: scope.filter[0].in (line 5): is empty: no value is among none.",
    ]


def test_an_expectation_that_great_expectations_does_not_have_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, UNKNOWN_CLASS)

    assert main(["accounts", "check"]) == 1
    unknown, option = capsys.readouterr().out.splitlines()
    assert "contoso.yaml: checks.expectations, entry `a`: " in unknown
    assert "did you mean `ExpectColumnValuesToBeNull`?" in unknown
    assert "contoso.yaml: checks.expectations, entry `b`: " in option


def test_a_folder_without_a_file_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "check"]) == 1
    assert "There is no account file" in capsys.readouterr().err


def test_the_schema_is_printed_as_it_lies_in_docs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "schema"]) == 0
    assert capsys.readouterr().out == schema_text()
