"""``type``: dates, numbers, yes and no, phone numbers."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.mapping.types import typed
from tests.mapping.fields import made, of_text, readable, values_of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01T00:00:00Z", "2024-05-01"),
        ("2024-05-01T00:00:00.0000000Z", "2024-05-01"),
        ("2024-05-01T23:30:00-02:00", "2024-05-02"),
        ("2024-05-01", "2024-05-01"),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1601-01-01T00:00:00Z", "1601-01-01"),
        ("9999-12-31T00:00:00Z", "9999-12-31"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_date_is_the_day_in_utc_and_year_one_means_not_set(text: str | None, day: str | None) -> None:
    expected = None if day is None else datetime.date.fromisoformat(day)
    assert readable([text], type="date") == [expected]


def test_what_is_no_date_is_unreadable() -> None:
    texts = ["soon", "2024-13-45", "01/05/2024", "9999-12-31T23:59:59-14:00", "2024-02-30"]
    assert readable([*texts], type="date") == ["unreadable"] * 5


def test_hire_date_is_a_date_however_it_is_mapped() -> None:
    path = "onPremisesExtensionAttributes.extensionAttribute3"
    found = made(path, "hire_date", onPremisesExtensionAttributes={"extensionAttribute3": "2020-02-29"})
    assert found == datetime.date(2020, 2, 29)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("+7", 7),
        ("-7", -7),
        ("-0", 0),
        (" 007 ", 7),
        ("0" * 40 + "12", 12),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", "unreadable"),
        ("-9223372036854775809", "unreadable"),
        ("9" * 30, "unreadable"),
        ("4.5", "unreadable"),
        ("1,000", "unreadable"),
        ("four", "unreadable"),
        ("+", "unreadable"),
        ("--7", "unreadable"),
        ("\u0663", "unreadable"),
        ("", None),
        (None, None),
    ],
)
def test_a_number_has_a_sign_and_digits_and_fits_a_bigint(text: str | None, number: object) -> None:
    assert readable([text], type="int") == [number]
    assert readable([text], type="int", strip=False) == [number]


@given(st.lists(st.integers(-(2**66), 2**66) | st.integers(-20, 20), max_size=5))
def test_every_number_is_itself_or_too_large(numbers: list[int]) -> None:
    values, wrong = typed(pa.array([str(number) for number in numbers], pa.string()), "int")
    fits = [-(2**63) <= number < 2**63 for number in numbers]
    assert values.to_pylist() == [number if fit else None for number, fit in zip(numbers, fits, strict=True)]
    assert wrong.to_pylist() == [not fit for fit in fits]


def test_yes_and_no_in_any_case() -> None:
    texts = ["true", "TRUE", "Yes", "1", "false", "No", "0", "perhaps", "2", "y", "", None]
    assert readable(texts, type="bool") == [True] * 4 + [False] * 3 + ["unreadable"] * 3 + [None, None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+44 20 7946-0000", "+442079460000"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("+44(0)20.7946.0000", "+442079460000"),
        ("+49-(0)30/2312\u2013100", "+49302312100"),
        ("(030) 2312\u00a0100", "0302312100"),
        ("\u202a+44 20 7946 0000\u202c", "+442079460000"),
        ("+44 20 7946 0000 ext. 12", "+442079460000 x12"),
        ("+44 20 7946 0000, Ext 12", "+442079460000 x12"),
        ("+442079460000x12", "+442079460000 x12"),
        ("+44 20 7946 0000 #0012", "+442079460000 x0012"),
        ("12345", "12345"),
        # No phone numbers: they stay, and a check warns.
        ("1234", "1234"),
        ("ask reception", "ask reception"),
        ("+44 20 7946 0000 / +44 20 7946 0001", "+44 20 7946 0000 / +44 20 7946 0001"),
        ("0800 FLOWERS", "0800 FLOWERS"),
        ("1" * 16, "1" * 16),
        ("", None),
        (None, None),
    ],
)
def test_a_phone_number_is_a_plus_and_digits(text: str | None, number: str | None) -> None:
    assert readable([text], type="phone") == [number]
    assert of_text(number, type="phone") == number


def test_the_text_from_before_the_type_is_kept() -> None:
    found = values_of([{"jobTitle": "Seven"}, {"jobTitle": "7"}], {"from": "jobTitle", "lower": True, "type": "int"})
    assert found.text.to_pylist() == ["seven", "7"]
    phone = values_of([{"jobTitle": "+44 (0)20 7946"}], {"from": "jobTitle", "type": "phone"})
    assert phone.text.to_pylist() == ["+44 (0)20 7946"]


@pytest.mark.parametrize("kind", ["text", "date", "bool", "int", "email", "phone"])
def test_values_have_one_type_whatever_is_in_them(kind: str) -> None:
    types = {"date": pa.date32(), "bool": pa.bool_(), "int": pa.int64()}
    for rows in ([], [{"jobTitle": None}], [{"jobTitle": "x"}, {"jobTitle": "1"}]):
        found = values_of(rows, {"from": "jobTitle", "type": kind})
        assert found.values.type == types.get(kind, pa.string())
        assert found.text.type == pa.string()
        assert found.unreadable.type == pa.bool_()
        assert found.unreadable.null_count == 0
