"""Whole nights, to be explained afterwards."""

from __future__ import annotations

from tests.e2e.conftest import nights, quick_retries

__all__ = ["nights", "quick_retries"]
