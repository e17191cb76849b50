"""An account of five people whose limit is one leaver, with two who would leave."""

from __future__ import annotations

import pytest

from entra_sync.db import connect
from entra_sync.decisions import Decision, decisions
from tests.load.factory import Directory, Nights


def staff(*gone: str) -> Directory:
    """Five people, without some."""
    directory = Directory.of("ann", "bob", "cleo", "dan", "eve")
    for name in gone:
        del directory.people[name]
    return directory


@pytest.fixture
def nights(database_url: str) -> Nights:
    """After a night that holds ann and bob."""
    limits = {"max_deactivations": {"count": 1}, "max_creations": None, "max_team_loss": None}
    nights = Nights(url=database_url, config={"guards": limits})
    nights.run(staff())
    nights.run(staff("ann", "bob"))
    return nights


def newest(nights: Nights) -> Decision:
    """The last question."""
    with connect(nights.url) as connection:
        return decisions(connection)[0]
