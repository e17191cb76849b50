"""Change feeds and objects read again: every fault survived or failed cleanly, and mended the next night.

docs/reliability.md holds what came of each; this test writes it with RELIABILITY=write in its environment.
"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Nights
from tests.e2e.reliability import hold_against_the_page


@pytest.mark.parametrize(
    "stage",
    ["users/delta page", "groups/delta page", "user read again, item of a batch", "group read again, item of a batch"],
)
def test_every_fault(nights: Nights, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    hold_against_the_page(nights, monkeypatch, stage)
