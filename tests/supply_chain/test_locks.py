"""The locks: every package with a version and hashes, and nothing of where they came from."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

LOCKS = ["requirements.txt", "deploy/requirements.txt", "bench/peers/requirements.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_with_hashes(name: str) -> None:
    text = re.sub(r"^\s*#.*$", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")) if entry.strip()]

    assert len(entries) > 40
    locked = re.compile(r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries if not locked.fullmatch(entry)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []
