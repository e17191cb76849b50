"""The queries that docs/sync-history.md shows run on the database as it is, and find what they say."""

from __future__ import annotations

import re

import pytest

from entra_sync.issues import issue
from tests.conftest import ROOT
from tests.load.factory import Directory, Nights, entra_id

PAGE = (ROOT / "docs" / "sync-history.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
# The comment above a query -> the query.
QUERIES = dict(re.findall(r"-- (.+)\n([^;]+);", "\n".join(BLOCKS)))


def company() -> Directory:
    """Ann leads; Ben and Cleo report to her; the manager of Dan is somebody who is not there."""
    directory = Directory.of("ann", "ben", "cleo", "dan", "eve")
    directory.people["ben"].manager = directory.people["cleo"].manager = directory.people["eve"].manager = "ann"
    return directory


@pytest.fixture
def nights(database_url: str) -> Nights:
    """Two nights; Eve left in the second."""
    nights = Nights(url=database_url)
    nights.run(company())
    directory = company()
    del directory.people["eve"]
    missing = issue("manager_missing", entity="user", entra_id=entra_id("dan"), field="manager", message="Not there.")
    nights.run(directory, issues=[missing])
    return nights


def asked(title: str) -> str:
    (found,) = (query for name, query in QUERIES.items() if name.startswith(title))
    return found


def test_every_query_runs(nights: Nights) -> None:
    assert len(QUERIES) >= 4
    for query in QUERIES.values():
        nights.rows(query)


def test_people_without_a_manager_are_listed_with_the_reason(nights: Nights) -> None:
    found = nights.rows(asked("Who has no manager"))
    assert [(row["email"], row["display_name"], row["reason"]) for row in found] == [
        ("ann@contoso.com", "Ann", None),
        ("dan@contoso.com", "Dan", "Not there."),
    ]


def test_who_left_is_listed_with_the_reason(nights: Nights) -> None:
    assert nights.rows(asked("Who left")) == [{"label": "Eve", "reason": "deleted"}]
