"""What a person reads who mistyped an account file: key, line, found, allowed, the nearest valid name; no jargon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entra_sync.config.account import AccountConfig
from entra_sync.config.keys import walk
from tests.config.files import said_about

JARGON = ["Input should", "valid", "function", "list[", "dict[", "pydantic", "instance", "type=", "Error", "None"]
WRONG: list[Any] = [None, True, "zzz", "", 12, -1, 1e9, [], [None], ["zzz"], [[1]], {}, {"zzz": 1}, {"zzz": None}]
KEYS = sorted({(way, key) for way, key, _ in walk(AccountConfig)})


def in_file(way: str, key: str, value: Any) -> dict[str, Any]:
    """A file that has one key, with this value."""
    data: Any = {key: value}
    for part in reversed([*way.replace("<name>", "job_title").split(".")] if way else []):
        data = {part.removesuffix("[]"): [data] if part.endswith("[]") else data}
    return data


def as_lines(data: dict[str, Any]) -> str:
    """JSON is YAML; one line per section."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "scope: {user_type: [Guest]}",
            "scope.user_type (line 3): unknown key; did you mean `user_types`?; allowed: `user_types`, "
            "`require_email`, `groups`, `filter`.",
        ),
        (
            "scope: {user_types: [guest]}",
            "scope.user_types[0] (line 3): found `guest`; allowed: `Member`, `Guest`; did you mean `Guest`?",
        ),
        (
            "guards: {protected: 'ann@contoso.com; Bob <bob@contoso.com>'}",
            "guards.protected (line 3): found `…@…; Bob <…@…>`; expected a list such as [a, b].",
        ),
        ("scope:", "scope (line 3): found nothing; expected keys and values."),
        (
            "scope: {filter: [{attribute: accountEnabled, equals: true}]}",
            "scope.filter[0].equals (line 3): found `true`; expected text; put the word in quotes if it is meant.",
        ),
        (
            "scope: {filter: [{attribute: city, in: Leeds}]}",
            "scope.filter[0].in (line 3): found `Leeds`; expected a list such as [a, b].",
        ),
        (
            "mapping: {job_title: [jobTitle]}",
            "mapping.job_title (line 3): found a list; expected an attribute, `null`, or keys and values such as "
            "{from: jobTitle}.",
        ),
        (
            "mapping: {manager: department}",
            "mapping.manager (line 3): allowed: `manager` (the directory's manager) or `null`.",
        ),
        (
            "timezone: Europe/Londn",
            "timezone (line 3): found `Europe/Londn`; allowed: a zone of the tz database, such as Europe/London; "
            "did you mean `Europe/London`?",
        ),
        (
            'schedule: "61 0 * * *"',
            'schedule (line 3): found `61 0 * * *`; allowed: five cron fields, such as "0 0 * * *".',
        ),
        (
            "guards: {max_deactivations: {percent: 120}}",
            "guards.max_deactivations.percent (line 3): found `120`; allowed: at most 100.",
        ),
        (
            "guards: {max_creations: {count: 1.5}}",
            "guards.max_creations.count (line 3): found `1.5`; expected a whole number.",
        ),
        (
            "checks: {dates: {earliest: 1930-13-01}}",
            "checks.dates.earliest (line 3): found `1930-13-01`; expected a date such as 1930-01-01.",
        ),
        (
            "checks: {severity: {phone_invalid: blok}}",
            "checks.severity.phone_invalid (line 3): found `blok`; allowed: `block`, `reject`, `warn`, `ignore`; "
            "did you mean `block`?",
        ),
        (
            "checks: {severity: {email_invalid: warn}}",
            "checks.severity.email_invalid (line 3): found `warn`; allowed: `reject`, `block`.",
        ),
        (
            "checks: {severity: {phone_invald: warn}}",
            "checks.severity.phone_invald (line 3): is no code of a check; did you mean `phone_invalid`?; "
            "see docs/issue_codes.md.",
        ),
        (
            "checks: {required: [department, job_titel]}",
            "checks.required[1] (line 3): `job_titel` is no mapped field; did you mean `job_title`?",
        ),
    ],
)  # fmt: skip
def test_a_message_says_key_line_found_allowed_and_what_was_meant(line: str, said: str) -> None:
    assert said_about(line) == [said]


def test_a_key_of_another_section_is_found_there() -> None:
    assert said_about("user_types: [Guest]")[0].startswith(
        "user_types (line 3): unknown key; did you mean `scope.user_types`?"
    )


def test_a_field_that_peoplegoal_does_not_have_is_one_problem_each() -> None:
    said = said_about("mapping:\n  jobTitle: job_title\n  shoe size: null\n  custom.a-b: jobTitle\n")

    assert [line.split(";")[0] for line in said] == [
        "mapping.jobTitle (line 4): unknown field",
        "mapping.shoe size (line 5): unknown field",
        "mapping.custom.a-b (line 6): unknown field",
    ]
    assert "did you mean `job_title`?" in said[0]
    assert "allowed: email, first_name," in said[0]


@pytest.mark.parametrize("line", ["email: null", "email:", "email: ~"])
def test_the_address_cannot_be_switched_off(line: str) -> None:
    assert said_about(f"mapping: {{{line}}}") == [
        "mapping.email (line 3): cannot be switched off: PeopleGoal invites people by their address."
    ]


def test_a_condition_alone_and_conditions_in_a_list_are_told_of_as_they_are_written() -> None:
    wrong = "{attribute: departmnt, equals: x}"
    alone, listed = said_about(f"scope: {{filter: [{wrong}]}}"), said_about(f"scope: {{filter: [[{wrong}]]}}")

    assert len(alone) == len(listed) == 1
    assert alone[0].startswith("scope.filter[0].attribute (line 3): `departmnt` is no attribute of users; did you mean")
    assert listed[0].startswith("scope.filter[0][0].attribute (line 3): `departmnt`")


@pytest.mark.parametrize("filters", ["department", "[department]", "[[department]]", "{attribute: department}"])
def test_what_is_no_condition_is_one_problem_with_an_example(filters: str) -> None:
    (said,) = said_about(f"scope: {{filter: {filters}}}")

    assert "expected a list of conditions such as {attribute: department, equals: Sales}" in said


def test_an_attribute_alone_is_told_of_as_it_is_written() -> None:
    (said,) = said_about("mapping:\n  job_title: jobTitel\n")

    assert said.startswith("mapping.job_title (line 4): `jobTitel` is no attribute of users; did you mean `jobTitle`?")


def test_several_problems_come_one_per_line_in_the_order_of_the_file() -> None:
    said = said_about("teams: {nestd: true}\nmatch: [mail]\nscope:\n  user_types: [x]\n  colour: blue\nschedule: x\n")

    assert [line.split(":")[0] for line in said] == [
        "teams.nestd (line 3)",
        "match[0] (line 4)",
        "scope.user_types[0] (line 6)",
        "scope.colour (line 7)",
        "schedule (line 8)",
    ]


def test_problems_that_only_show_between_keys_come_all_at_once() -> None:
    said = said_about(
        "mapping:\n  manager: department\n  hire_date: {from: employeeHireDate, type: int}\n"
        "checks:\n  unique: [x]\n  allowed: {y: [a]}\n"
    )

    assert [line.split(":")[0] for line in said] == [
        "mapping.manager (line 4)",
        "mapping.hire_date.type (line 5)",
        "checks.unique[0] (line 7)",
        "checks.allowed.y (line 8)",
    ]


def test_a_missing_key_is_told_where_it_is_missing() -> None:
    said = said_about("checks:\n  expectations:\n    - code: a\n      expect: ExpectX\n      message: m\n")

    assert said == ["checks.expectations[0].hint (line 5): is missing."]


def test_two_expectations_of_one_code_are_refused_at_the_second() -> None:
    one = "{code: a, expect: ExpectX, message: m, hint: h}"

    assert said_about(f"checks:\n  expectations:\n    - {one}\n    - {one}\n") == [
        "checks.expectations[1].code (line 6): `a` is the code of another expectation too; each needs its own."
    ]


def test_the_value_of_an_unknown_key_is_not_repeated() -> None:
    assert "hunter2" not in said_about("client_secret: hunter2")[0]


def test_a_long_value_is_shortened() -> None:
    (said,) = said_about(f"schedule: {'x' * 500}")

    assert len(said) < 200


@pytest.mark.parametrize(("way", "key"), KEYS, ids=[f"{way}.{key}".lstrip(".") for way, key in KEYS])
def test_no_wrong_value_of_any_key_is_told_of_in_jargon(way: str, key: str) -> None:
    told = 0
    for value in WRONG:
        for line in said_about(as_lines(in_file(way, key, value))):
            told += 1
            assert not [word for word in JARGON if word in line], line
            assert line.endswith((".", "?")), line
    assert told


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(sorted({key for _, key in KEYS})) | st.text(max_size=5), inner, max_size=3
            )
        ),
        max_leaves=10,
    )
)
def test_no_file_ends_in_anything_but_words(data: Any) -> None:
    text = as_lines({"mapping": data, "scope": data, "teams": data, "checks": data, "guards": data})

    for line in said_about(text):
        assert not [word for word in JARGON if word in line and word not in text], line
