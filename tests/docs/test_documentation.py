"""What README, guides and hints tell people to do exists: make targets, commands, files; and every command is told."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from entra_sync.cli import parser
from entra_sync.codes import CODES
from tests.conftest import ROOT
from tests.web.browser import DOCS

PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def commands(of: argparse.ArgumentParser, before: str = "") -> set[str]:
    """Every command of the command line, such as ``accounts check``."""
    found: set[str] = set()
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set() if action.required else {before}
            for name, inner in action.choices.items():
                found |= commands(inner, f"{before} {name}".strip())
    return found or {before}


def told(text: str) -> set[str]:
    command = r"entra-sync ((?:accounts |decisions (?=show|approve|reject))?[a-z]+)"
    return {match.strip() for match in re.findall(command, text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_what_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert set(re.findall(r"`make ([a-z]+)", text)) <= TARGETS
    assert told(text) <= commands(parser())
    for link in re.findall(r"\]\((?!https?://)([^)#]+)", text):
        assert (page.parent / link).exists(), link


def test_a_hint_names_only_what_exists() -> None:
    for code in CODES.values():
        assert set(re.findall(r"\bmake ([a-z]+)\b", code.hint or "")) <= TARGETS | {"sure"}, code.code
        assert told(code.hint or "") <= commands(parser()), code.code


def test_the_readme_tells_every_command_and_target() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {name for name in TARGETS if f"`make {name}" not in text} <= {"help", "setup", "lock", "clean"}
    assert commands(parser()) - {"doctor"} <= told(text)


def test_every_stage_of_the_faults_page_is_tested_and_every_tested_one_is_there() -> None:
    from tests.e2e.reliability import STAGES

    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    files = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/e2e").glob("test_reliability_*.py"))

    assert re.findall(r"^### (.+)$", page, re.MULTILINE) == list(STAGES)
    assert [name for name in STAGES if f'"{name}"' not in files] == []


def test_the_runbook_names_codes_that_a_run_may_end_with() -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    table = page.partition("## A night failed")[2].partition("\n## ")[0]

    named = {code for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for code in re.findall(r"`(\w+)`", row)}
    may_end_with = {code.code for code in CODES.values() if (code.step, code.severity) == ("run", "error")}
    assert named - CODES.keys() == set()
    assert may_end_with - named == set()


def test_every_picture_is_shown_and_made_by_the_browsers_tests() -> None:
    shown = set()
    for page in PAGES:
        names = re.findall(r"(?:\]\(|src=\")([^)\"#]+\.png)", page.read_text(encoding="utf-8"))
        shown |= {(page.parent / name).resolve() for name in names}

    assert {path.stem for path in shown} == set(DOCS.values())
    assert shown == set((ROOT / "docs" / "images").glob("*.png"))
    assert max(path.stat().st_size for path in shown) < 200_000
