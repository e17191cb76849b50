"""A real PostgreSQL for every test that needs one, an empty migrated database for each such test, and whole set-ups."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg.rows import dict_row

from entra_sync.local.postgres import Postgres

ROOT = Path(__file__).resolve().parents[1]

# No limit of time, and the same examples every time: a busy machine fails nothing.
hypothesis.settings.register_profile("entra_sync", deadline=None, derandomize=True)
hypothesis.settings.load_profile("entra_sync")


def pytest_xdist_auto_num_workers() -> int:
    """At least four: long tests wait half of their time, for Airflow and for the pauses that Graph asks for."""
    return max(4, min(os.cpu_count() or 4, 8))


# Files that take minutes begin first, and the short ones fill what is left: one that began last would be waited for.
# Those that wait for Airflow and those that calculate take turns.
LONG = (
    *("local/test_sync.py", "e2e/test_reliability_changes.py", "e2e/test_in_airflow.py", "notify/test_in_airflow.py"),
    *("e2e/test_reliability_lists.py", "secrets/test_nothing_is_left.py", "e2e/test_reliability_batches.py"),
    *("e2e/test_make_sync.py", "crash/test_killed_load.py", "web/test_in_airflow.py", "web/test_browser.py"),
    *("local/test_scenario.py", "retention/test_sweep.py", "web/test_chart.py", "forget/test_forget.py"),
    *("replay/test_replay.py", "web/test_history.py", "transform/test_build.py", "transform/test_properties.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; within a file the order stays."""
    place = {str(ROOT / "tests" / name): number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(str(item.path), len(LONG)))


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose sockets have short paths, and that the server's user reaches when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="es-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The embedded server; it need not survive a power cut."""
    with short_folder() as folder, Postgres(folder / "postgres", settings={"fsync": "off"}) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """Name of a database that is migrated and empty; tests get copies of it."""
    from entra_sync.migrations import migrate

    name = "migrated"
    postgres.create_database(name)
    migrate(postgres.url(name))
    return name


@pytest.fixture
def database_url(postgres: Postgres, migrated: str) -> Iterator[str]:
    """URL of a migrated database of the test's own."""
    name = f"t_{secrets.token_hex(6)}"
    _execute(postgres, f"create database {name} template {migrated} strategy file_copy")
    yield postgres.url(name)
    _execute(postgres, f"drop database {name} with (force)")


def _execute(server: Postgres, command: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(command)  # type: ignore[call-overload]


@dataclass
class LocalSetup:
    """A set-up of its own, used as a person uses it: through the commands behind ``make``, as processes."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def environ(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """What its commands run with: no ``.env`` of the checkout, none of the product's or Airflow's variables."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "ENTRA_SYNC", "_AIRFLOW"))}
        return {**kept, "ENTRA_SYNC_ENV_FILE": "", "ENTRA_SYNC_LOCAL": str(self.folder), **self.env, **(env or {})}

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of ``python -m entra_sync.local``: ``run("sync", "--mode", "full")``. Never raises."""
        return subprocess.run(self.command(*command), env=self.environ(env), cwd=ROOT, capture_output=True, text=True)

    def start(self, *command: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """The same in the background."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*command), env=self.environ(env), cwd=ROOT, stdout=pipe, stderr=pipe, text=True
        )

    def cli(self, *command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``entra-sync`` in the set-up's environment, its databases running."""
        return self.run("run", sys.executable, "-m", "entra_sync", *command, env=env)

    def plain(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run ``entra-sync`` as a person does, from no environment in particular."""
        started = [sys.executable, "-m", "entra_sync", *command]
        return subprocess.run(started, env=self.environ(), cwd="/", capture_output=True, text=True)

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "entra_sync.local", *command]

    @contextmanager
    def database(self, name: str = "peoplegoal") -> Iterator[str]:
        """URL of one of its databases, while the server runs."""
        with Postgres(self.folder / "postgres") as server:
            yield server.url(name)

    def rows(self, query: str, *parameters: Any, database: str = "peoplegoal") -> list[dict[str, Any]]:
        """Ask one of its databases."""
        with self.database(database) as url, psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def connect_to(self, connection: Mapping[str, Any], account: str = "contoso") -> None:
        """Give an account its Entra connection: the parts as ``SandboxTenant.connection()`` gives them."""
        self.env[f"AIRFLOW_CONN_ENTRA_{account.upper()}"] = json.dumps({"conn_type": "entra_id", **connection})


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def local_setup_in(name: str = "local") -> Iterator[LocalSetup]:
    """A new set-up, taken down and deleted at the end."""
    with short_folder() as folder:
        setup = LocalSetup(folder=folder / name, env={"ENTRA_SYNC_PORT": str(free_port())})
        try:
            yield setup
        finally:
            setup.run("clean")


@pytest.fixture(scope="module")
def shared_setup() -> Iterator[LocalSetup]:
    """One set-up for all tests of a module, which tell one story in their order."""
    with local_setup_in() as setup:
        yield setup


@pytest.fixture
def local_setup() -> Iterator[LocalSetup]:
    """A set-up of the test's own; setting up Airflow's database costs some seconds."""
    with local_setup_in() as setup:
        yield setup
