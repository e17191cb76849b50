"""A real browser: the machine's own Chromium. Tests that need one are skipped, and say so, where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# Set to a folder: every picture that the tests take is kept there, to be looked at, those of the docs in docs/.
PICTURES = os.environ.get("ENTRA_SYNC_PICTURES")
# What the docs show (docs/images), by the picture that it is.
DOCS = {
    "history-desk-light": "history",
    "history-desk-dark": "history-dark",
    "history-phone-light": "history-phone",
    "run-now-desk-light": "run-now",
    "run-desk-light": "run",
    "errors-desk-light": "errors",
    "person-desk-light": "person",
    "chart-desk-light": "chart",
    "approve-desk-light": "approve",
}
WANTED = "NO BROWSER: the pages were not looked at. Install Chromium, or run `playwright install chromium`."
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture
def opened(site: Any, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a signed-in browser of a size and theme; what goes wrong in it is an error of the test."""
    size, theme = getattr(request, "param", ("desk", "light"))
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    context.add_cookies([{"name": "_token", "value": site.token("admin"), "url": site.url}])
    page = context.new_page()
    page.set_default_timeout(300_000)  # a test that waits for what never comes must end
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: None if asked.url.startswith((site.url, "data:")) else wrong.append(asked.url))
    yield page
    assert wrong == []
    context.close()


def picture(page: Any, name: str) -> None:
    """Keep how the whole page looks, when somebody wants to see it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def for_the_docs(page: Any, name: str) -> None:
    """Keep what the window shows, as the docs show it."""
    if PICTURES and name in DOCS:
        page.screenshot(path=Path(PICTURES) / "docs" / f"{DOCS[name]}.png")


def must_be_readable(page: Any, name: str) -> None:
    """Contrast, names of controls, headings: WCAG 2.1 AA by axe. Nothing is wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page, options=AXE).response["violations"]
    assert [(name, one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name
