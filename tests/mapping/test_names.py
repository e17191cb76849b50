"""``title: true``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mapping.fields import of_text, readable


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ada byron", "Ada Byron"),
        ("ADA BYRON", "Ada Byron"),
        ("Ada BYRON", "Ada Byron"),
        ("o'neil-smith van der berg", "O'Neil-Smith van der Berg"),
        ("O\u2019NEIL", "O\u2019Neil"),
        ("van der berg", "Van der Berg"),
        ("minh le", "Minh Le"),
        ("le minh do", "Le Minh Do"),
        ("charles de la rue", "Charles de la Rue"),
        ("smith's bakery", "Smith's Bakery"),
        ("o'neil's", "O'Neil's"),
        ("d'angelo l'oreal", "D'Angelo L'Oreal"),
        ("rock 'n' roll", "Rock 'N' Roll"),
        ("anne-marie", "Anne-Marie"),
        ("Ronald McDonald", "Ronald McDonald"),
        ("eve ffrench iPhone", "Eve Ffrench iPhone"),
        ("henry ford iii", "Henry Ford III"),
        ("john e smith", "John E Smith"),
        ("(bob) jones", "(Bob) Jones"),
        ("\u00e9milie zo\u00eb", "\u00c9milie Zo\u00eb"),
        ("a  b", "A  B"),
        ("3rd floor", "3rd Floor"),
        ("\u05e9\u05e8\u05d4 \u05dc\u05d5\u05d9", "\u05e9\u05e8\u05d4 \u05dc\u05d5\u05d9"),
        ("\u7530\u4e2d", "\u7530\u4e2d"),
        ("", None),
        (None, None),
    ],
)
def test_names_in_one_case_are_mended_and_others_kept(typed: str | None, shown: str | None) -> None:
    assert of_text(typed, title=True) == shown


def test_every_row_keeps_its_own_words() -> None:
    names = ["ada byron", None, "minh le", "", "jan van dyck", "ada"]
    shown = ["Ada Byron", None, "Minh Le", None, "Jan van Dyck", "Ada"]
    assert readable([*names], title=True) == shown
    assert readable([*reversed(names)], title=True) == shown[::-1]


@given(st.lists(st.sampled_from(["van", "o'neil", "III", "x", "McKay", "-", "'s", ""]), max_size=5).map(" ".join))
def test_a_title_stays_a_title(text: str) -> None:
    once = of_text(text, title=True)
    assert of_text(once, title=True) == once


def test_lower_case() -> None:
    assert of_text("\u00c9MILIE Byron", lower=True) == "\u00e9milie byron"
