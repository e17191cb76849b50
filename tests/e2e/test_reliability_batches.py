"""Batches and counts: every fault survived or failed cleanly, nobody deactivated wrongly, mended the next night.

docs/reliability.md holds what came of each; this test writes it with RELIABILITY=write in its environment.
"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Nights
from tests.e2e.reliability import hold_against_the_page


@pytest.mark.parametrize("stage", ["members, item of a batch", "batch as a whole", "count of users"])
def test_every_fault(nights: Nights, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    hold_against_the_page(nights, monkeypatch, stage)
