"""The org chart's picture for the browser's tests: it opened, its cards, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

CARDS = ".picture .card"
# How a card lies in the area that scrolls: its centre beside the area's, and whether it is seen whole.
PLACE = """(card) => {
  const area = document.querySelector('.picture'), all = area.getBoundingClientRect();
  const one = card.querySelector('.box').getBoundingClientRect();
  const [right, bottom] = [all.left + area.clientWidth, all.top + area.clientHeight];
  const ends = (at, size, seen) => at <= 1 || at >= size - seen - 1;
  return {
    across: (one.left + one.right - all.left - right) / 2,
    down: (one.top + one.bottom - all.top - bottom) / 2,
    whole: one.left >= all.left && one.top >= all.top && one.right <= right && one.bottom <= bottom,
    atEdge: {
      across: ends(area.scrollLeft, area.scrollWidth, area.clientWidth),
      down: ends(area.scrollTop, area.scrollHeight, area.clientHeight),
    },
  };
}"""


@pytest.fixture
def chart(site: Any, opened: Any) -> Iterator[Any]:
    """The picture of contoso, its first head open; nothing moves slowly, and the browser must say of no error."""
    errors: list[str] = []
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    opened.emulate_media(reduced_motion="reduce")
    opened.goto(f"{site.page}/chart?account=contoso")
    opened.wait_for_selector(f"{CARDS}[aria-level='2']")
    opened.wait_for_selector(f"{CARDS}.group")
    yield opened
    assert errors == []


def level(page: Any, number: int) -> Any:
    """The open cards of a level."""
    return page.locator(f"{CARDS}[aria-level='{number}']")


def focused(page: Any) -> Any:
    """The card that has the focus."""
    return page.locator(f"{CARDS}:focus")


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait until it holds; a test that waits for what never comes must end."""
    for _ in range(6000):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never held")


def deep_down(site: Any) -> str:
    """Of those with two people above, whoever leads most where all names are plain: the docs show them."""
    (person, *_) = site.rows(
        "select u.entra_id::text from peoplegoal.app_user u join peoplegoal.profile p on p.user_id = u.id"
        " join peoplegoal.profile b on b.user_id = p.manager_id join peoplegoal.profile t on t.user_id = b.manager_id"
        " join peoplegoal.account a on a.id = u.account_id where a.slug = 'contoso' and t.manager_id is null"
        " order by (select count(*) from peoplegoal.profile r where r.manager_id in (u.id, b.user_id)"
        "  and coalesce(r.display_name || r.job_title || r.department, '') !~ '^[[:alpha:] ]{9,60}$'),"
        " (select count(*) from peoplegoal.profile r where r.manager_id = u.id) desc, u.id"
    )
    return str(person["entra_id"])
