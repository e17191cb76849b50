"""A real browser: the machine's own Chromium. Tests that need one are skipped, and say so, where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# Set to a folder: every picture that the tests take is kept there, to be looked at.
PICTURES = os.environ.get("ENTRA_SYNC_PICTURES")
WANTED = "NO BROWSER: the pages were not looked at. Install Chromium, or run `playwright install chromium`."


@contextmanager
def browser() -> Iterator[Any]:
    """A running Chromium (Playwright's Browser)."""
    playwright = pytest.importorskip("playwright.sync_api", reason=WANTED)
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with playwright.sync_playwright() as running:
        if own is None and not Path(running.chromium.executable_path).exists():
            pytest.skip(WANTED)
        # Its own sandbox cannot be set up by root in a container; the pages are our own.
        started = running.chromium.launch(executable_path=own, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


def picture(page: Any, name: str) -> None:
    """Keep how the page looks, when somebody wants to see it."""
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
