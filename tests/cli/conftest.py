"""A small tenant that was synced, and the commands on what was stored of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Airflow sets up its logging when it is first imported, with the output that it finds: not that of one test.
import entra_sync.airflow.connections  # noqa: F401
from entra_sync.cli import main
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights, quick_retries

__all__ = ["quick_retries"]

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nights(database_url: str, tmp_path: Path, quick_retries: None) -> Iterator[Nights]:
    """A tenant of 30 people and 8 groups, synced once."""
    with SandboxTenant(users=30, groups=8) as tenant:
        nights = Nights(tenant=tenant, url=database_url, store=tmp_path / "store")
        nights.run()
        yield nights


@pytest.fixture
def command(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run a command in that set-up; gives exit status, output and errors. ``accounts``: file name -> text."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(folder))
    monkeypatch.setenv("ENTRA_SYNC_STORE", str(nights.store))
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", nights.url.replace("postgresql://", "postgres://"))
    (folder / "contoso.yaml").write_text("account: contoso\nname: Contoso Ltd\n", encoding="utf-8")

    def run(*arguments: str, accounts: dict[str, str] | None = None) -> tuple[int, str, str]:
        for name, text in (accounts or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        capsys.readouterr()
        status = main(list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def attributes_of(nights: Nights, number: int = 0) -> dict[str, Any]:
    """Attributes of one of the tenant's members who is in scope."""
    users = nights.tenant.company.users.values()
    members = [u.attributes for u in users if u.attributes["userType"] == "Member" and u.attributes["accountEnabled"]]
    return members[number]
