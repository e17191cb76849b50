"""A server of these tests' own, which may be killed."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterator

import pytest

from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from tests.conftest import short_folder
from tests.crash.crashing import SETTINGS, Crashing


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    """The embedded server as users have it, but that it logs every statement."""
    with short_folder() as folder, Postgres(folder / "postgres", settings=SETTINGS) as server:
        yield server


@pytest.fixture
def crashing(mortal: Postgres, request: pytest.FixtureRequest) -> Iterator[Crashing]:
    """An account before its first night, in a database of its own."""
    name = f"t_{secrets.token_hex(6)}"
    mortal.create_database(name)
    migrate(mortal.url(name))
    yield Crashing(server=mortal, database=name, seed=zlib.crc32(request.node.name.encode()))
    mortal.drop_database(name)
