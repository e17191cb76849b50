"""Numbers as the page and the pictures write them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence


def figure(value: float) -> str:
    """About three digits: 0.042, 0.42, 4.20, 42.0, 4,200."""
    size = abs(value)
    if size and size < 0.1:
        return f"{value:.3f}"
    if size < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if size < 100 else f"{value:,.0f}"


def times(value: float) -> str:
    """A ratio: 0.82 x, 4.4 x, 33 x."""
    return f"{value:.2f} x" if value < 2 else f"{value:.1f} x" if value < 20 else f"{value:,.0f} x"


def counted(rows: dict[str, int]) -> str:
    """10,000 users, 1,000 groups and 45,000 memberships."""
    return listed([f"{number:,} {kind}" for kind, number in rows.items()])


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def prose(*sentences: str) -> str:
    """A paragraph, in lines of the docs' width."""
    return textwrap.fill(" ".join(sentences), 120, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
