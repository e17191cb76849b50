"""The security page claims nothing without a test: every row names one, and every test that it names exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
THREATS = PAGE.partition("## Who could do what\n")[2].partition("\n## Where secrets lie")[0]


def rows() -> list[list[str]]:
    """The rows of the tables of threats, by cell."""
    found = []
    for table in re.findall(r"^\| who could do what \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", THREATS, re.MULTILINE):
        found += [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
    return found


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    assert name.startswith("test_")
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_threat_is_answered_by_a_test() -> None:
    assert len(rows()) > 25
    for row in rows():
        assert len(row) == 3, row
        assert re.fullmatch(r"`tests/[\w/]+\.py::\w+`(, `tests/[\w/]+\.py::\w+`)*\s*\|?", row[2]), row


def test_the_policy_leads_to_the_page() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    assert "(docs/security.md)" in policy
    assert "](../SECURITY.md)" in PAGE
