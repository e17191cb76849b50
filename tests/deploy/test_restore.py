"""docs/deploy.md, "Back up and restore": its very commands, on a server of the test instead of Compose's."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from entra_sync.db import connect
from entra_sync.local.postgres import PORT, Postgres
from entra_sync.migrations import migrate
from sandbox.day import a_working_day
from sandbox.testing import SandboxTenant
from tests.conftest import ROOT, short_folder
from tests.e2e.conftest import Nights, quick_retries
from tests.e2e.oracle import actual, expected

__all__ = ["quick_retries"]

GUIDE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8").partition("## Back up and restore")[2]
BACK_UP, RESTORE = re.findall(r"^```sh\n(.+?)^```", GUIDE, re.DOTALL | re.MULTILINE)[:2]
# Containers are not started or stopped here; what runs in one runs beside the server.
CONTAINERS = re.compile(r"^docker compose (?:stop|up) .*\n|^docker compose stop\n", re.MULTILINE)
INSIDE = re.compile(r"docker compose (?:exec -T postgres|run --rm --no-deps worker) ")


@pytest.fixture
def server() -> Iterator[Postgres]:
    with short_folder() as folder, Postgres(folder / "postgres", settings={"fsync": "off"}) as running:
        yield running


@pytest.fixture
def nights(server: Postgres, tmp_path: Path, quick_retries: None) -> Iterator[Nights]:
    migrate(server.url("peoplegoal"))
    with SandboxTenant(users=30, groups=8) as tenant:
        yield Nights(tenant=tenant, url=server.url("peoplegoal"), store=tmp_path / "store")


def done(script: str, server: Postgres, folder: Path) -> str:
    """Run one of the guide's blocks in a folder that is as the checkout is."""
    for name in ("accounts", "deploy/compose/secrets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / ".env").touch()
    place = server.place
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PG")},
        "PATH": f"{place.programs}:{os.environ['PATH']}",
        "PGHOST": str(place.socket),
        "PGPORT": str(PORT),
    }
    commands = INSIDE.sub("", CONTAINERS.sub("", script)).replace("<date>", "$(date +%F)")
    assert "docker" not in commands
    ended = subprocess.run(
        ["bash", "-euc", commands], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_backup_of_before_an_upgrade_is_restored_and_the_next_night_goes_on(
    nights: Nights, server: Postgres, tmp_path: Path
) -> None:
    company = nights.tenant.company
    nights.run()
    before = nights.rows("select * from peoplegoal.app_user order by id")
    done(BACK_UP, server, tmp_path)
    # What a newer release may add: a table that hangs on an old one.
    with connect(nights.url) as connection:
        connection.execute("create table sync.newer (user_id bigint references peoplegoal.app_user)")
    for _ in range(2):
        a_working_day(company)
        nights.run()

    done(RESTORE, server, tmp_path)

    assert nights.rows("select * from peoplegoal.app_user order by id") == before
    assert nights.rows("select to_regclass('sync.newer') as found") == [{"found": None}]
    assert nights.run() in ("success", "partial")
    assert nights.last_run()["id"] == 4
    assert actual(nights.url) == expected(company)
