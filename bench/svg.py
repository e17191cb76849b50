"""What the project's pictures share: a white card with a title, words, squares of a legend, lines of an axis.

A white ground with dark words reads the same on a light page and on a dark one.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

INK, FAINT, RULE = "#333", "#666", "#999"
# Of Okabe and Ito: told apart with every kind of colour blindness, https://jfly.uni-koeln.de/color/
BLUE, ORANGE, GREEN, RED, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"
SKY, YELLOW, BLACK = "#56b4e9", "#f0e442", "#000000"


def head(width: float, height: float, title: str) -> list[str]:
    """The opening tag, the title that a screen reader says, the ground."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]


def whole(parts: list[str]) -> str:
    """The text of the file."""
    return "\n".join([*parts, "</svg>", ""])


def text(
    x: float, y: float, words: str, *, fill: str = INK, anchor: str = "", size: int = 0, bold: bool = False
) -> str:
    """Words whose line stands at ``y``; ``anchor``: start, middle or end."""
    more = f' text-anchor="{anchor}"' * bool(anchor) + f' font-size="{size}"' * bool(size)
    more += ' font-weight="600"' * bold
    return f'<text x="{_n(x)}" y="{_n(y)}"{more} fill={quoteattr(fill)}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, colour: str, *, round_by: float = 0, inner: str = "") -> str:
    """A rectangle; ``inner``: what a pointer over it says."""
    corner = f' rx="{_n(round_by)}"' if round_by else ""
    start = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{corner} fill="{colour}"'
    return f"{start}><title>{escape(inner)}</title></rect>" if inner else f"{start}/>"


def line(x1: float, y1: float, x2: float, y2: float, colour: str = RULE, *, width: float = 1, dashes: str = "") -> str:
    """A line, perhaps a dashed one."""
    more = f' stroke-width="{_n(width)}"' * (width != 1) + f' stroke-dasharray="{dashes}"' * bool(dashes)
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}"{more}/>'


def legend(x: float, y: float, colours: Mapping[str, str], *, side: float = 12) -> list[str]:
    """A coloured square and its name, one after the other; ``y`` is the line that the names stand on."""
    parts = []
    for name, colour in colours.items():
        parts += [box(x, y - side + 2, side, side, colour, round_by=2), text(x + side + 6, y, name)]
        x += side + 22 + 7 * len(name)
    return parts


def _n(number: float) -> str:
    """At most one digit after the point."""
    return f"{number:.1f}".removesuffix(".0")
