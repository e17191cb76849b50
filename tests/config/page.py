"""docs/account-file.md as tests read it: its examples, and its tables of keys."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "account-file.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def keys_told() -> dict[str, str]:
    """Key -> its default as the page writes it, of every table whose first column is ``key`` or ``key of `...```."""
    told: dict[str, str] = {}
    way: str | None = None
    for cells in _rows():
        if head := re.fullmatch(r"key(?: of `(.+)`)?", cells[0]):
            way = head[1] or ""
        elif way is not None and (key := re.fullmatch(r"`(.+)`", cells[0])):
            told[f"{way}.{key[1]}".lstrip(".")] = cells[1]
        elif not cells[0].startswith("---"):
            way = None
    return told


def fields_told() -> dict[str, str]:
    """Field -> what the page says of its default, of the table whose first column is ``field``."""
    rows = _rows()
    first = next(place for place, cells in enumerate(rows) if cells[0] == "field") + 2
    of_table = rows[first : next(place for place in range(first, len(rows)) if rows[place] == [""])]
    return {name: cells[1] for cells in of_table for name in re.findall(r"`(\w+)`", cells[0])}


def _rows() -> list[list[str]]:
    """The cells of every row of a table; an empty one for a line that is none."""
    lines = PAGE.splitlines()
    return [[cell.strip() for cell in line[1:-1].split("|")] if line.startswith("|") else [""] for line in lines]
