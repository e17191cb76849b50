"""How the list of users is cut into ranges that can be read side by side.

A chain of nextLinks is sequential, and ``$expand=manager`` caps its pages at 100 users (docs/graph.md, 1). So the key
space of userPrincipalName, which every user has, is cut at borders b1, ..., bn into ``le b1``, ``ge b1 and le b2``,
..., ``ge bn``. Neighbours share their border: whatever order the service sorts in, every name lies in at least one
range (between the first and the last border there is a pair of neighbours with the name between them), and who lies in
two is told apart by the object id. Whether the service filters and expands at once is unverified: a refusal leads back
to one chain, and so does a total that disagrees with ``$count``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import EVENTUAL, Answer, Call
from entra_sync.extract.client import GraphClient

KEY = "userPrincipalName"
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"

# One chain is as quick below, and costs nothing on top.
SMALLEST_TENANT = 500
# A range is aimed at this many users or at this share of the tenant, whichever is more.
SMALLEST_RANGE = 500
MOST_RANGES = 48
DEEPEST = 4


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``, both included; None is open."""

    low: str | None
    high: str | None

    @property
    def condition(self) -> str:
        """As ``$filter``, ready for an address; empty for everybody."""
        parts = [f"{KEY} {op} '{edge}'" for op, edge in (("ge", self.low), ("le", self.high)) if edge is not None]
        return quote(" and ".join(parts), safe="")

    def split(self) -> list[Range]:
        """Finer, by one more letter behind the lower border."""
        low = self.low or ""
        return between([low + letter for letter in LETTERS], self)


EVERYBODY = Range(None, None)


def between(borders: Iterable[str], within: Range = EVERYBODY) -> list[Range]:
    """The ranges that the borders cut out of another one."""
    edges = [within.low, *borders, within.high]
    return [Range(low, high) for low, high in pairwise(edges)]


def size_of(counted: int) -> int:
    """How many users a range should hold."""
    return max(SMALLEST_RANGE, counted // MOST_RANGES)


def ranges_of_names(names: list[str]) -> list[Range]:
    """Ranges of about equal size, cut where the names of an earlier reading say.

    A border is as much of a name as tells it from the one before, so that no whole address travels in a link; that it
    lies a little off the place costs nothing, as any border does.
    """
    ordered = sorted({name.lower() for name in names})
    step = size_of(len(ordered))
    borders: list[str] = []
    for place in range(step, len(ordered) - step // 2, step):
        border = _difference(ordered[place - 1], ordered[place])
        if border > (borders[-1] if borders else ""):
            borders.append(border)
    return between(borders)


async def ranges_by_count(client: GraphClient, counted: int, permission: str) -> list[Range]:
    """Ranges of about equal size, by the numbers behind each letter; a range a letter when those are refused."""
    size = size_of(counted)
    letters = between(LETTERS)
    sized = await _counts(client, letters, permission)
    if sized is None:
        return letters
    for _ in range(DEEPEST - 1):
        # Splitting a little too much costs requests, a range twice as long costs waiting.
        large = {part for part, number in sized.items() if number > 2 * size}
        finer = await _counts(client, [piece for part in large for piece in part.split()], permission)
        if not finer:
            break
        sized = {
            piece: finer[piece] if piece in finer else sized[piece]
            for part in sized
            for piece in (part.split() if part in large else [part])
        }
    return _merged(sized, size)


def _merged(sized: dict[Range, int], size: int) -> list[Range]:
    """Neighbours together, until a range is large enough."""
    found: list[Range] = []
    low, held = None, 0
    for part, number in sized.items():
        if held and held + number > size * 1.5:
            found.append(Range(low, part.low))
            low, held = part.low, 0
        held += number
    return [*found, Range(low, None)]


async def _counts(client: GraphClient, parts: list[Range], permission: str) -> dict[Range, int] | None:
    """How many users lie in each range; None when the service does not count ranges."""
    found: dict[Range, int | None] = {}

    def take(item: Item[Range], answer: Answer) -> list[Item[Range]]:
        found[item.key] = _number(answer.body) if answer.ok else None
        return []

    items = [
        Item(key=p, call=Call(url=f"/users/$count?$filter={p.condition}", permission=permission, headers=EVENTUAL))
        for p in parts
    ]
    await in_batches(client, items, take)
    numbers = {part: number for part in parts if (number := found[part]) is not None}
    return numbers if len(numbers) == len(parts) else None


def _number(body: Any) -> int | None:
    """A count inside a ``$batch``: plain text travels there as base64; a number or digits are understood as well."""
    text = str(body).strip()
    try:
        # Digits in base64 begin with a letter: plain digits are never taken for it.
        decoded = base64.b64decode(text, validate=True).decode("utf-8-sig").strip()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    text = decoded if decoded.isascii() and decoded.isdigit() else text
    return int(text) if text.isascii() and text.isdigit() else None


def _difference(before: str, name: str) -> str:
    """The shortest beginning of ``name`` that comes after ``before``, cut to what cannot be an address."""
    length = next((n for n in range(1, len(name)) if name[:n] > before), len(name))
    return name[:length].partition("@")[0].replace("'", "''")
