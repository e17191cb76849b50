"""A small tenant for every test of the extract, and one read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.extract.retry import RetryPolicy
from entra_sync.extract.snapshot import Manifest
from entra_sync.extract.tenant import extract_tenant
from sandbox.testing import SandboxTenant

# Waits are short here; how long they are in truth is tested with the policy itself.
QUICK = RetryPolicy(attempts=3, base_s=0.01, longest_s=0.02)

Read = Callable[..., Manifest]


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> Iterator[SandboxTenant]:
    """A tenant of 60 people, or as many as are asked for, and 12 groups."""
    with SandboxTenant(users=getattr(request, "param", 60), groups=12) as running:
        yield running


@pytest.fixture
def read(tenant: SandboxTenant, tmp_path: Path) -> Read:
    """Read the tenant into ``tmp_path/snapshot``; keyword arguments change the connection or the account."""

    def run(account: dict[str, Any] | None = None, **overrides: Any) -> Manifest:
        connection = tenant.entra_connection(**overrides)
        config = AccountConfig.model_validate({"account": "contoso", "name": "Contoso Ltd", **(account or {})})
        return extract_tenant(connection, config, UPath(tmp_path / "snapshot"), run_id=1, retry=QUICK)

    return run
