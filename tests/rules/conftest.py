"""Whole nights on the sandbox tenant, and nights of the load alone."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import nights, quick_retries
from tests.load.factory import Nights as LoadNights

__all__ = ["loads", "nights", "quick_retries"]


@pytest.fixture
def loads(database_url: str) -> LoadNights:
    """The account contoso, loaded from tables in a few words."""
    return LoadNights(url=database_url)
