"""``explain`` of ten kinds of people reads as docs/explain.md shows it.

The page holds real output; this test writes it with EXPLAIN=write in its environment, and is held against it otherwise.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from entra_sync.cli.explain import lines
from entra_sync.explain import Explanation, Nobody, Several, explain
from sandbox.testing import SandboxTenant
from tests.conftest import ROOT
from tests.e2e.conftest import Nights
from tests.e2e.ten_people import KINDS, TenPeople

PAGE = ROOT / "docs" / "explain.md"
LONGEST = 60


@pytest.fixture
def people() -> TenPeople:
    return TenPeople()


@pytest.fixture
def nights(database_url: str, tmp_path: Path, quick_retries: None, people: TenPeople) -> Iterator[Nights]:
    """Three nights of the small tenant."""
    people.first_night()
    with SandboxTenant(people.company) as tenant:
        found = Nights(tenant=tenant, url=database_url, store=tmp_path / "store")
        found.run()
        people.second_day()
        found.run()
        people.third_day()
        found.run()
        yield found


def test_the_page_shows_what_is_said_of_ten_kinds_of_people(nights: Nights, people: TenPeople) -> None:
    for heading, who, story in KINDS:
        wanted = people.ids.get(who, who)
        said = list(lines(ask(nights, wanted)))
        assert len(said) <= LONGEST, heading
        text = section(heading, story, wanted, stable("\n".join(said)))
        if os.environ.get("EXPLAIN") == "write":
            write(heading, text)
        assert written(heading) == text


def ask(nights: Nights, wanted: str, run_id: int | None = None) -> Explanation | Several | Nobody:
    ref = nights.ref()
    return explain(ref.database_url, ref.store, ref.account, wanted, run_id=run_id)


def stable(text: str) -> str:
    """Ids and directory are the same every time; the nights' real dates are not."""
    text = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-01-08 00:00 UTC", text)
    text = re.sub(r"(run \d+ +)\d{4}-\d\d-\d\d", r"\g<1>2026-01-08", text)
    return re.sub(r"(deactivated since )\d{4}-\d\d-\d\d", r"\g<1>2026-01-08", text)


def section(heading: str, story: str, wanted: str, said: str) -> str:
    return f"## {heading}\n\n{textwrap.fill(story, 120)}\n\n```\n$ entra-sync explain {wanted}\n{said}\n```\n"


def written(heading: str) -> str:
    """That section of the page."""
    found = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert found, f"the page has no section {heading}"
    return found[0].rstrip() + "\n"


def write(heading: str, text: str) -> None:
    """Put a section in its place."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.replace(written(heading).rstrip(), text.rstrip()), encoding="utf-8")
