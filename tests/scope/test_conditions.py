"""Conditions on attributes: six operators, each negatable, in any case, on the whole column at once."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.config.scope import AttributeFilter
from entra_sync.scope.conditions import holds

DEPARTMENTS = ["Sales", "SALES EMEA", "Pre-Sales", "Straße", "Legal (UK)", " sales ", "", "  ", None]


def condition(**operator: Any) -> AttributeFilter:
    return AttributeFilter.model_validate({"attribute": "department", **operator})


def found(values: list[str | None], **operator: Any) -> list[bool]:
    """Where the condition holds; the column comes in two chunks."""
    half = len(values) // 2
    column = pa.chunked_array([values[:half], values[half:]], pa.string())
    return holds(pa.table({"department": column}), condition(**operator)).tolist()


@pytest.mark.parametrize(
    ("operator", "where"),
    [
        ({"equals": "sales"}, {"Sales", " sales "}),
        ({"equals": " Sales"}, {"Sales", " sales "}),
        ({"equals": ""}, {"", "  ", None}),
        ({"in": ["sales", "STRASSE"]}, {"Sales", " sales ", "Straße"}),
        ({"in": []}, set()),
        ({"in": ["legal (uk)", ""]}, {"Legal (UK)", "", "  ", None}),
        ({"starts_with": "SALES"}, {"Sales", "SALES EMEA", " sales "}),
        ({"starts_with": "sales "}, {"SALES EMEA"}),
        ({"starts_with": ""}, {"Sales", "SALES EMEA", "Pre-Sales", "Straße", "Legal (UK)", " sales "}),
        ({"ends_with": "sales"}, {"Sales", "Pre-Sales", " sales "}),
        ({"ends_with": ")"}, {"Legal (UK)"}),
        ({"matches": "sales"}, {"Sales", " sales "}),
        ({"matches": r"sales( \w+)?|LEGAL \(..\)"}, {"Sales", "SALES EMEA", "Legal (UK)", " sales "}),
        ({"matches": ".*"}, {"Sales", "SALES EMEA", "Pre-Sales", "Straße", "Legal (UK)", " sales "}),
        ({"is_null": True}, {"", "  ", None}),
        ({"is_null": False}, {"Sales", "SALES EMEA", "Pre-Sales", "Straße", "Legal (UK)", " sales "}),
    ],
    # Not of sets: their text differs from process to process.
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_each_operator_and_its_negation(operator: dict[str, Any], where: set[str | None]) -> None:
    expected = [value in where for value in DEPARTMENTS]
    assert found(DEPARTMENTS, **operator) == expected
    assert found(DEPARTMENTS, **operator, **{"not": True}) == [not one for one in expected]


def test_a_value_that_is_not_set_is_not_equal_to_anything() -> None:
    for operator in ({"equals": "x"}, {"in": ["x"]}, {"starts_with": "x"}, {"ends_with": "x"}, {"matches": "x*"}):
        assert found([None], **operator) == [False]
        assert found([None], **operator, **{"not": True}) == [True]


def test_letters_that_are_written_in_two_ways_are_the_same() -> None:
    composed, apart = "Zoë", unicodedata.normalize("NFD", "Zoë")
    for operator in ("equals", "starts_with", "ends_with", "matches"):
        assert found([composed, apart], **{operator: composed}) == [True, True], operator
    for operator in ("equals", "starts_with", "ends_with"):
        assert found([composed, apart], **{operator: apart}) == [True, True], operator


def test_a_column_without_rows_or_without_a_value_is_no_trouble() -> None:
    assert found([], equals="x") == []
    assert found([None, None], is_null=True) == [True, True]


def test_numbers_truths_and_lists_are_asked_as_text() -> None:
    table = pa.table({"accountEnabled": [True, False, None], "businessPhones": [["1", "2"], [], None]})
    enabled = AttributeFilter.model_validate({"attribute": "accountEnabled", "equals": "True"})
    phones = AttributeFilter.model_validate({"attribute": "businessPhones", "equals": "1, 2"})
    assert holds(table, enabled).tolist() == [True, False, False]
    assert holds(table, phones).tolist() == [True, False, False]


words = st.text(alphabet="aAbBß ", max_size=3)


@given(
    values=st.lists(st.one_of(st.none(), words), max_size=12),
    operand=words,
    operator=st.sampled_from(["equals", "starts_with", "ends_with", "matches"]),
    negated=st.booleans(),
)
def test_asking_once_per_distinct_value_is_asking_everybody(
    values: list[str | None], operand: str, operator: str, negated: bool
) -> None:
    def asked(value: str | None) -> bool:
        text = (value or "").strip()
        low, wanted = text.casefold(), operand.casefold()
        return {
            "equals": low == wanted.strip(),
            "starts_with": text != "" and low.startswith(wanted),
            "ends_with": text != "" and low.endswith(wanted),
            "matches": text != "" and re.fullmatch(operand, text, re.IGNORECASE) is not None,
        }[operator]

    assert found(values, **{operator: operand, "not": negated}) == [asked(value) is not negated for value in values]
