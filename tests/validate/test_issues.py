"""The registry of codes and the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entra_sync.codes import CODES, SEVERITIES
from entra_sync.config.checks import DEFAULT
from entra_sync.issues import ISSUE_SCHEMA, issue, issue_table
from entra_sync.scope import REASONS
from entra_sync.validate.findings import issue_severity

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "issue_codes.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| (error|warning) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def test_every_code_has_its_line_on_the_page_and_every_line_its_code() -> None:
    lines = {code: (severity, title.strip(), hint.strip()) for code, severity, title, _, hint in ROW.findall(PAGE)}
    assert lines == {code.code: (code.severity, code.title, code.hint) for code in CODES.values()}


def test_a_line_stands_under_the_step_that_raises_the_code() -> None:
    for section in PAGE.split("\n## ")[1:]:
        heading = section.split("\n", 1)[0].lower()
        for code, *_ in ROW.findall(section):
            assert CODES[code].step in heading, code


def test_every_severity_and_what_it_may_be_is_on_the_page() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (block|reject|warn|ignore) \| ([a-z, ]+) \|$", PAGE, re.M)
    said = {code: (first, *([] if rest == "nothing else" else rest.split(", "))) for code, first, rest in rows}
    assert said == SEVERITIES


def test_a_check_is_an_error_by_default_when_it_blocks_or_rejects() -> None:
    assert {code: issue_severity(DEFAULT[code]) for code in SEVERITIES} == {
        code: CODES[code].severity for code in SEVERITIES
    }
    assert {code.code for code in CODES.values() if code.step in ("validate", "transform")} == set(SEVERITIES)


def test_every_reason_for_not_being_synced_is_on_the_page() -> None:
    assert dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|$", PAGE, re.M)) == REASONS


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_is_snake_case_and_says_what_to_do(code: object) -> None:
    found = CODES[getattr(code, "code", "")]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", found.code)
    assert found.hint.endswith(".")
    assert not found.title.endswith(".")


def test_an_unregistered_code_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        issue("no_such_code", entity="user", message="")


def test_no_issues_are_a_table_too() -> None:
    assert issue_table([]).schema == ISSUE_SCHEMA
    assert issue_table([issue("protected", entity="user", message="m")]).to_pylist()[0]["entra_id"] is None
