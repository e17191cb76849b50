"""Text as PeopleGoal keeps it."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.mapping.text import clean, unclean_text
from entra_sync.mapping.values import unclean
from tests.mapping.fields import of_text
from tests.transform.tenant import account, person, tables

BREAKS = "\t\n\x0b\x0c\r\x85\u2028\u2029"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Zoe\u0308", "Zo\u00eb"),
        ("  A  B ", "A  B"),
        ("nul\x00l", "null"),
        ("\x00", None),
        ("\x07 \x1b", None),
        ("a\x07b\x1bc\x7fd\x9fe", "abcde"),
        ("two\nlines", "two lines"),
        ("two\r\nlines", "two lines"),
        ("tab\there\x85and\u2028there", "tab here and there"),
        ("\tR&D\n", "R&D"),
        ("\u3000\u7530\u4e2d\u3000", "\u7530\u4e2d"),
        ("\u202b\u05e9\u05e8\u05d4\u202c", "\u202b\u05e9\u05e8\u05d4\u202c"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("\ufffd", "\ufffd"),
        ("=1+2", "=1+2"),
        ("x" * 5000, "x" * 5000),
        ("", None),
        (" \u00a0\u2003", None),
        (None, None),
    ],
)
def test_text_is_composed_trimmed_and_without_control_characters(raw: str | None, kept: str | None) -> None:
    assert of_text(raw) == kept


@pytest.mark.parametrize(("raw", "kept"), [(" A ", " A "), ("\tA\x00", " A"), ("  ", None), (None, None)])
def test_blanks_at_the_ends_can_be_kept_and_blank_is_still_nothing(raw: str | None, kept: str | None) -> None:
    assert of_text(raw, strip=False) == kept


@given(st.lists(st.none() | st.text(), max_size=4))
def test_cleaning_is_what_plain_python_says_of_each_character(texts: list[str | None]) -> None:
    assert clean(pa.array(texts, pa.string())).to_pylist() == [simply(text) for text in texts]


@given(st.lists(st.none() | st.text(), max_size=4))
def test_cleaning_twice_changes_nothing(texts: list[str | None]) -> None:
    once = clean(pa.array(texts, pa.string()))
    assert clean(once).equals(once)


def test_a_piece_of_a_column_is_cleaned_like_the_column() -> None:
    whole = pa.array(["\x00", "Zoe\u0308 ", None, "b"])
    assert clean(whole[1:]).to_pylist() == ["Zo\u00eb", None, "b"]


@pytest.mark.parametrize("different", [3, 30_000])
def test_rows_that_repeat_are_cleaned_like_rows_that_do_not(different: int) -> None:
    texts = [None if n % 7 == 0 else f" Zoe\u0308\x07 {n % different}" for n in range(30_000)]
    kept = [None if n % 7 == 0 else f"Zo\u00eb {n % different}" for n in range(30_000)]
    column = pa.array(texts, pa.string())
    assert clean(column).to_pylist() == kept
    assert unclean_text(column).to_pylist() == [text is not None for text in texts]


def simply(text: str | None) -> str | None:
    """The same rule, character by character."""
    if text is None:
        return None
    spaced = "".join(" " if sign in BREAKS else sign for sign in text.replace("\r\n", " "))
    kept = "".join(sign for sign in spaced if unicodedata.category(sign) != "Cc")
    return unicodedata.normalize("NFC", kept).strip() or None


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("plain", False),
        ("Zo\u00eb \U0001f331", False),
        ("two\nlines\there\r\n", False),
        ("\u200f\u05d0", False),
        (None, False),
        ("nul\x00", True),
        ("bell\x07", True),
        ("\x7f", True),
        ("\x9c", True),
        ("An\ufffdna", True),
    ],
)
def test_what_was_removed_or_damaged_is_known(raw: str | None, found: bool) -> None:
    config = account(mapping={"custom.x": {"template": "{givenName} {surname}", "default": "jobTitle"}})
    for name in ("givenName", "surname", "jobTitle"):
        row = {"givenName": "Ada", "surname": None, "jobTitle": "Analyst", name: raw}
        users = tables([person(1, **row), person(2)], config=config).users
        assert unclean(users, config.mapping["custom.x"]).to_pylist() == [found, False]
