"""``switch``: a value table."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from entra_sync.config.mapping import FieldMapping
from tests.mapping.fields import made, of_text, readable

TABLE = {"GB": "United Kingdom", "uk ": "United Kingdom", "Stra\u00dfe": "Street", "XX": None, "YY": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("GB", "United Kingdom"),
        (" gb", "United Kingdom"),
        ("UK", "United Kingdom"),
        ("STRASSE", "Street"),
        ("xx", None),
        ("yy", None),
        ("FR", "FR"),
        ("", None),
        (None, None),
    ],
)
def test_values_are_exchanged_in_any_case_and_others_stay(text: str | None, value: str | None) -> None:
    assert of_text(text, switch=TABLE) == value


@pytest.mark.parametrize(("otherwise", "value"), [(None, None), ("Other", "Other"), ("", None)])
def test_otherwise_replaces_values_without_a_line_and_leaves_what_is_not_set(otherwise: Any, value: Any) -> None:
    options = {"switch": TABLE, "otherwise": otherwise}
    assert readable(["gb", "FR", None, " "], **options) == ["United Kingdom", value, None, None]


def test_the_empty_line_is_for_what_is_not_set() -> None:
    assert readable(["gb", None, " ", "FR"], switch={"": "Nowhere", "GB": "UK"}, otherwise="Other") == [
        "UK",
        "Nowhere",
        "Nowhere",
        "Other",
    ]


def test_a_value_table_comes_before_case_and_type() -> None:
    assert of_text("FT", switch={"ft": "FULL TIME"}, title=True) == "Full Time"
    assert of_text("FT", switch={"ft": "FULL TIME"}, lower=True) == "full time"
    assert readable(["FT", "PT", "x"], switch={"FT": "yes", "PT": "no"}, type="bool") == [True, False, "unreadable"]
    assert of_text("B", switch={"b": "2"}, type="int") == 2


def test_a_line_that_clears_leaves_room_for_the_fall_back() -> None:
    field = {"from": "jobTitle", "switch": {"n/a": None}, "default": "department"}
    assert made(field, jobTitle="N/A", department="Sales") == "Sales"


def test_two_lines_for_one_value_are_an_error_of_the_account_file() -> None:
    with pytest.raises(ValidationError, match="`it` stands twice"):
        FieldMapping.model_validate({"from": "city", "switch": {"IT": "Tech", "it ": "Italy"}})
