"""Ranges of names: whatever they are and however the service sorts, nobody is left out."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.extract.partitions import EVERYBODY, LETTERS, Range, _number, between, ranges_of_names, size_of

ORDERS: list[Callable[[str], Any]] = [str, str.casefold, lambda s: s[::-1], lambda s: (len(s), s), lambda s: hash(s)]


def holds(part: Range, name: str, order: Callable[[str], Any]) -> bool:
    low = part.low is None or order(part.low) <= order(name)
    return low and (part.high is None or order(name) <= order(part.high))


@given(st.lists(st.text(min_size=1), min_size=1), st.lists(st.text(min_size=1), min_size=1), st.sampled_from(ORDERS))
def test_every_name_lies_in_a_range_whatever_the_order(
    borders: list[str], names: list[str], order: Callable[[str], Any]
) -> None:
    parts = between(borders)

    for name in names:
        assert any(holds(part, name, order) for part in parts)


@given(st.text(), st.sampled_from(ORDERS))
def test_a_split_range_covers_what_it_was(name: str, order: Callable[[str], Any]) -> None:
    for part in between(LETTERS):
        if holds(part, name, order):
            assert any(holds(piece, name, order) for piece in part.split())


@given(st.integers(), st.lists(st.text("abcdefgh.-_1", min_size=1, max_size=3), min_size=1, max_size=12))
def test_names_of_an_earlier_reading_give_even_ranges(seed: int, parts: list[str]) -> None:
    rng = random.Random(seed)
    names = sorted({"".join(rng.choices(parts, k=4)) + f"{n}@contoso.com" for n in range(1500)})

    ranges = ranges_of_names(names)

    sizes = [sum(holds(part, name, str) for name in names) for part in ranges]
    assert sum(sizes) >= len(names)
    assert max(sizes) <= 1.6 * size_of(len(names))


def test_a_border_is_no_whole_name() -> None:
    names = [f"{first}{n:03}.somebody@contoso.com" for first in "abcdef" for n in range(200)]

    borders = [part.low for part in ranges_of_names(names) if part.low]

    assert borders
    assert all(len(border) <= 4 for border in borders)


def test_a_condition_is_ready_for_an_address() -> None:
    assert unquote(Range("a", "b''c").condition) == "userPrincipalName ge 'a' and userPrincipalName le 'b''c'"
    assert "'" not in Range("a", "b").condition
    assert " " not in Range("a", "b").condition
    assert EVERYBODY.condition == ""


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (893, 893),
        ("893", 893),
        ("1234", 1234),
        (base64.b64encode(b"893").decode(), 893),
        (base64.b64encode("\ufeff12".encode()).decode(), 12),
        ("none", None),
        (None, None),
        ({"error": {}}, None),
    ],
)
def test_a_count_in_a_batch_is_understood_in_every_form(body: Any, number: int | None) -> None:
    assert _number(body) == number
