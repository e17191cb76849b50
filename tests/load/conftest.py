"""Nights of an account on an empty database."""

from __future__ import annotations

import pytest

from tests.load.factory import Nights


@pytest.fixture
def nights(database_url: str) -> Nights:
    """The account contoso, before its first night."""
    return Nights(url=database_url)
