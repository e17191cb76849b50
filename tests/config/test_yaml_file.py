"""Text stays text, keys stay keys, and a file that cannot be read is refused with the line and without its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from entra_sync.config.yaml_file import Plain, UnreadableFile, numbers, parse_yaml, read_yaml
from tests.config.files import account_of


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "off", "0012", "12", "2024-01-01", "12:30", "0x1f", "1_000", "1e3", ".inf", "1.10", "nullable"],
)
def test_what_is_not_quoted_stays_what_was_written(text: str) -> None:
    assert parse_yaml(f"a: {text}\nb: [{text}]").data == {"a": text, "b": [text]}


@pytest.mark.parametrize("text", ["null", "Null", "NULL", "~", ""])
def test_null_means_nothing_and_in_quotes_the_word(text: str) -> None:
    assert parse_yaml(f"a: {text}\nb: '{text}'").data == {"a": None, "b": text}


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("False", False), ("TRUE", True)])
def test_true_and_false_mean_themselves_and_in_quotes_the_word(text: str, truth: bool) -> None:
    assert parse_yaml(f'a: {text}\nb: "{text}"').data == {"a": truth, "b": text}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert parse_yaml("{NO: a, true: b, null: c, 0012: d, 2024-01-01: e}").data == {
        "NO": "a",
        "true": "b",
        "null": "c",
        "0012": "d",
        "2024-01-01": "e",
    }


def test_values_of_people_arrive_as_they_are_written() -> None:
    account = account_of(
        "scope: {filter: [{attribute: country, in: [NO, 0012, 2024-01-01]}]}\n"
        "mapping:\n  country: {from: country, switch: {NO: Norway, 047: NO, true: on}}\n"
        "checks: {allowed: {employee_id: [007, 1e3]}}\n"
    )

    assert account.scope.filter[0][0].in_ == ["NO", "0012", "2024-01-01"]
    assert account.mapping["country"].switch == {"NO": "Norway", "047": "NO", "true": "on"}
    assert account.checks.allowed == {"employee_id": ["007", "1e3"]}


def test_the_models_make_numbers_of_digits_where_they_want_numbers() -> None:
    account = account_of("guards: {max_deactivations: {percent: 12.5, count: 7}}\nteams: {nested: no}\n")

    assert account.guards.max_deactivations is not None
    assert (account.guards.max_deactivations.percent, account.guards.max_deactivations.count) == (12.5, 7)
    assert account.teams.nested is False


def test_the_options_of_an_expectation_have_numbers_unless_they_are_quoted() -> None:
    account = account_of(
        "checks:\n  expectations:\n    - {code: a, expect: ExpectX, message: m, hint: h,\n"
        "       options: {min_value: 3, mostly: 0.95, value_set: [1, '2', 007, NO], strict_min: true}}\n"
    )

    assert account.checks.expectations[0].options == {
        "min_value": 3,
        "mostly": 0.95,
        "value_set": [1, "2", "007", "NO"],
        "strict_min": True,
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-3", -3), ("+4", 4), ("1.50", 1.5), ("1e3", 1000.0), ("007", "007"), ("00.5", "00.5"), ("1.", "1.")],
)
def test_digits_are_a_number_unless_zeros_stand_before_them(text: str, number: object) -> None:
    made = numbers({"a": [Plain(text)]})["a"][0]

    assert (made, type(made)) == (number, type(number))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key `a` twice, in lines 1 and 3"),
        ("x:\n  a: 1\n  'a': 2\n", "the key `a` twice, in lines 2 and 3"),
        ("a: [1,\n", "not valid YAML (line 2)"),
        ("a:\n\tb: 1\n", "(line 2): found character '\\t' that cannot start any token; indent with blanks"),
        ("a: [*]\n", "begins with `*` needs quotes"),
        ("a: *\n", "begins with `*` needs quotes"),
        ("a: *sales\n", "begins with `*` needs quotes"),
        ("a: b: c\n", "a text with a colon in it needs quotes"),
        ("a: @b\n", "begins with a special character needs quotes"),
        ("a: &x [*x]\n", "(line 1): an alias stands inside of what it means"),
        ("b: 1\na: !Ref x\n", "(line 2): write the value without the tag !Ref"),
        ("? [a]\n: b\n", "a key must be a name"),
        ("a: 1\n---\nb: 2\n", "another document"),
        ("a: \x07\n", "cannot be printed"),
        ('a: "\\ud83d"\n', "(line 1): write characters themselves"),
        ('"\\ud83d": a\n', "(line 1): write characters themselves"),
        ("[" * 5000, "too many brackets"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, words: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        parse_yaml(text)

    assert words in str(error.value)


def test_a_message_about_the_form_of_a_file_holds_nothing_of_its_values() -> None:
    with pytest.raises(UnreadableFile) as error:
        parse_yaml("guards:\n  protected: [ceo@contoso.com\nname: s3cret\n")

    assert "ceo" not in str(error.value)
    assert "s3cret" not in str(error.value)


def test_an_alias_stands_for_what_it_means() -> None:
    assert parse_yaml("a: &groups [x, y]\nb: *groups\n").data == {"a": ["x", "y"], "b": ["x", "y"]}


def test_a_file_of_another_encoding_is_refused_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("name: Zoë".encode("utf-16"))
    (tmp_path / "b.yaml").write_bytes("name: Zoë".encode("utf-8-sig"))

    with pytest.raises(UnreadableFile, match="save it in the encoding UTF-8"):
        read_yaml(tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "b.yaml").data == {"name": "Zoë"}


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")


def test_every_key_and_item_knows_its_line() -> None:
    document = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d: [3,\n      4]\n")
    places = [("a",), ("b",), ("b", 0), ("b", 1, "c"), ("b", 1, "d", 1), ("b", 1, "zz"), ("zz",)]

    assert [document.line(loc) for loc in places] == [1, 2, 3, 4, 6, 4, 0]
