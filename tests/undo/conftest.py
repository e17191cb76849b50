"""Nights of an account on an empty database, and the undo of one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from entra_sync.undo import UndoResult, undo_run
from tests.load.factory import Nights

Undo = Callable[..., UndoResult]


@pytest.fixture
def nights(database_url: str) -> Nights:
    """The account contoso, before its first night."""
    return Nights(url=database_url)


@pytest.fixture
def undo(database_url: str) -> Undo:
    """Take a run back."""
    return lambda run_id, **options: undo_run(database_url, run_id, **options)
