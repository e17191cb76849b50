"""Every fault at every stage: survived or failed cleanly, nobody deactivated wrongly, mended the next night.

docs/reliability.md holds what came of each; this test writes it with RELIABILITY=write in its environment.
"""

from __future__ import annotations

import os

import httpx
import pytest

from entra_sync.extract import auth, client
from tests.e2e.conftest import Nights
from tests.e2e.reliability import STAGES, TIMEOUT_S, section, try_fault, write, written


@pytest.mark.parametrize("name", STAGES)
def test_every_fault(nights: Nights, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    stage = STAGES[name]
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(TIMEOUT_S))
    monkeypatch.setattr(auth, "TIMEOUT_S", (TIMEOUT_S, TIMEOUT_S))
    for key, value in stage.settings.items():
        setattr(nights.tenant.settings, key, value)
    nights.run()

    rows = []
    for fault, make in stage.faults.items():
        outcomes = [try_fault(nights, stage, make, times) for times in (1, None)]
        rows.append((fault, outcomes[0], outcomes[1]))

    table = section(name, rows)
    if os.environ.get("RELIABILITY") == "write":
        write(name, table)
    assert written(name) == table
