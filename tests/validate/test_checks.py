"""The checks of rows that an account can set: each names exactly the people who break it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entra_sync.codes import SEVERITIES
from entra_sync.config.checks import DEFAULT
from entra_sync.mapping.rows import usable
from entra_sync.validate import Checked, rejections
from entra_sync.validate.people import people_in_scope
from entra_sync.validate.rows import row_checks
from tests.transform.tenant import AS_OF, account, checked, decided, person, tables, uid

BADGE = "extension_0123456789abcdef0123456789abcdef_badge"


def found(people: list[dict[str, Any]], code: str, **config: Any) -> dict[int, str | None]:
    """Whom a code names, with the field."""
    rules = account(**config)
    rows = checked(tables(people, config=rules), rules).issues.to_pylist()
    return {int(row["entra_id"][-12:]): row["field"] for row in rows if row["code"] == code}


def numbered(attribute: str, values: list[Any]) -> list[dict[str, Any]]:
    """One person for each value, from 1."""
    return [person(n, **{attribute: value}) for n, value in enumerate(values, start=1)]


def test_a_date_that_nobody_can_mean_is_named_and_one_that_is_not_set_is_not() -> None:
    days = ["1601-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", None, "1930-01-01", "1929-12-31"]
    ahead = AS_OF.date() + timedelta(days=1095)
    days += [ahead.isoformat(), (ahead + timedelta(days=1)).isoformat()]
    assert found(numbered("employeeHireDate", days), "date_implausible") == dict.fromkeys((1, 2, 6, 8), "hire_date")


def test_the_account_says_which_dates_are_believed() -> None:
    checks = {"dates": {"earliest": "1800-01-01", "days_ahead": 0}}
    days = ["1899-12-31", "2026-11-23", "2026-11-24"]
    assert found(numbered("employeeHireDate", days), "date_implausible", checks=checks) == {3: "hire_date"}


def test_every_date_field_is_asked_not_the_hire_date_alone() -> None:
    mapping = {"custom.left": {"from": "employeeLeaveDateTime", "type": "date"}}
    people = numbered("employeeLeaveDateTime", ["1601-01-01", "2026-01-01"])
    assert found(people, "date_implausible", mapping=mapping) == {1: "custom.left"}


@pytest.mark.parametrize(
    ("kind", "code", "values", "bad"),
    [
        ("int", "number_invalid", ["42", "-7", "forty", "4.5", None, "9" * 40], {3, 4, 6}),
        ("bool", "bool_invalid", ["true", "No", "1", "perhaps", None], {4}),
        ("date", "date_invalid", ["2024-05-01", "soon", None], {2}),
        ("email", "email_invalid", ["a@b.example", "nobody", None], {2}),
        ("phone", "phone_invalid", ["+44 20 7946 0000", "none", None], {2}),
    ],
)
def test_text_that_is_not_of_the_type_is_named(kind: str, code: str, values: list[Any], bad: set[int]) -> None:
    mapping = {"custom.badge": {"from": BADGE, "type": kind}}
    people = numbered(BADGE, values)
    assert found(people, code, mapping=mapping) == dict.fromkeys(bad, "custom.badge")


GOOD_PHONES = [
    "+44 20 7946 0000",
    "(0)20 7946-0000",
    "+44.20.7946.0000 ext. 12",
    "020 7946 0000 x12",
    "112 23",
    "\u202a+44 20 7946 0000\u202c",
    "\u0660\u0661\u0662\u0663\u0664\u0665",
    "+1\u00a0425\u2013555\u20110100",
]
BAD_PHONES = ["none", "1234", "+44 20 7946 0000 1234 5678", "ask Ann", "ext. 12", "+", "++44 20 7946", "1 800 FLOWERS"]


@pytest.mark.parametrize("attribute", ["mobilePhone", "businessPhones"])
def test_a_phone_number_has_5_to_15_digits_however_they_are_written(attribute: str) -> None:
    texts = [*GOOD_PHONES, *BAD_PHONES]
    people = numbered(attribute, [[text] for text in texts] if attribute == "businessPhones" else texts)
    named = found(people, "phone_invalid")
    assert [texts[n - 1] for n in sorted(named)] == BAD_PHONES


def test_a_required_field_that_is_empty_is_named() -> None:
    people = numbered("department", ["Sales", None, " ", ""])
    assert found(people, "value_missing", checks={"required": ["department"]}) == dict.fromkeys((2, 3, 4), "department")
    assert found(people, "value_missing") == {}


def test_a_required_manager_is_a_manager_in_the_directory() -> None:
    people = [person(1, manager=2), person(2)]
    assert found(people, "value_missing", checks={"required": ["manager"]}) == {2: "manager"}


def test_a_required_date_that_cannot_be_read_is_not_missing_as_well() -> None:
    people = numbered("employeeHireDate", ["soon", None])
    assert found(people, "value_missing", checks={"required": ["hire_date"]}) == {2: "hire_date"}


def test_a_value_that_the_account_does_not_allow_is_named_in_any_case() -> None:
    people = numbered("employeeType", ["Employee", "EMPLOYEE", "Robot", None, " contractor "])
    checks = {"allowed": {"employee_type": ["employee", "Contractor"]}}
    assert found(people, "value_not_allowed", checks=checks) == {3: "employee_type"}


def test_employee_ids_are_compared_as_people_compare_them() -> None:
    people = numbered("employeeId", ["E1", " e1", "E2", None, None])
    assert found(people, "employee_id_duplicate") == dict.fromkeys((1, 2), "employee_id")
    assert found(people, "employee_id_duplicate", checks={"unique": []}) == {}


def test_any_field_can_be_unique_and_only_people_in_scope_count() -> None:
    people = numbered("mobilePhone", ["+44 20 7946 0001", "+44 20 7946 0002", "+44 20 7946 0001"])
    leaver = person(4, mobilePhone="+44 20 7946 0002", accountEnabled=False)
    checks = {"unique": ["mobile_phone"]}
    named = found([*people, leaver], "value_duplicate", checks=checks)
    assert named == dict.fromkeys((1, 3), "mobile_phone")


def test_full_width_letters_make_no_other_address() -> None:
    people = [person(1, mail="ann@contoso.com"), person(2, mail="\uff21nn@contoso.com"), person(3)]
    assert set(found(people, "email_duplicate")) == {1, 2}


def test_a_long_text_is_counted_in_characters_not_in_bytes() -> None:
    people = numbered("jobTitle", ["x" * 256, "x" * 257, "\U0001f600" * 256, "\u0634" * 300])
    assert found(people, "text_too_long") == dict.fromkeys((2, 4), "job_title")
    assert found(people, "text_too_long", checks={"longest_text": 300}) == {}


def test_a_text_that_had_to_be_cleaned_is_named() -> None:
    people = numbered("jobTitle", ["Chef\x00", "Chef\x07", "Che\ufffdf", "Chef\u200b", "\u0634\u064a\u0641", "=Chef"])
    assert set(found(people, "text_cleaned")) == {1, 2, 3}


@pytest.mark.parametrize("severity", ["reject", "block", "warn", "ignore"])
def test_the_account_decides_what_a_failure_is(severity: str) -> None:
    people = numbered("employeeHireDate", ["1601-01-01", "2020-01-01"])
    rules = account(checks={"severity": {"date_implausible": severity}})
    result = checked(tables(people), rules)
    says = {"reject": ("error", False), "block": ("error", True), "warn": ("warning", False)}
    assert [row["severity"] for row in result.issues.to_pylist()] == ([says[severity][0]] if severity in says else [])
    assert bool(result.blocked) == says.get(severity, ("", False))[1]
    assert result.rejected == set(rejections(result.issues))
    assert (uid(1) in result.rejected) == (severity in ("reject", "block"))
    (record,) = [one for one in result.results if one.code == "date_implausible"]
    assert (record.severity, record.ok, record.rows, record.failed) == (severity, False, 2, 1)


def test_a_blocking_row_check_says_how_many_without_naming_anybody() -> None:
    people = [person(1, mail="x@contoso.com"), person(2, mail="x@contoso.com"), person(3)]
    (sentence,) = checked(tables(people), account(checks={"severity": {"email_duplicate": "block"}})).blocked
    assert sentence == "2 of 3 people in scope: Several people in scope have the same e-mail address."


def test_managers_and_scope_follow_the_severity_too() -> None:
    people = [person(1, manager=99), person(2)]
    severity = {"manager_missing": "ignore", "scope_group_missing": "block"}
    rules = account(checks={"severity": severity}, scope={"groups": {"exclude": ["Gone"]}})
    result = checked(tables(people), rules)
    assert [row["code"] for row in result.issues.to_pylist()] == ["scope_group_missing"]
    assert result.blocked == ["Entry 1 of scope.groups.exclude means no group of the tenant."]


def passed(result: Checked, code: str) -> list[bool]:
    return [one.ok for one in result.results if one.code == code]


def test_every_check_leaves_a_record_also_when_it_found_nothing() -> None:
    result = checked(tables([person(1)]))
    assert result.issues.num_rows == 0
    assert all(one.ok and not one.failed for one in result.results)
    known = {one.code for one in result.results}
    of_the_account = {"value_missing", "value_not_allowed", "value_duplicate", "number_invalid", "bool_invalid"}
    elsewhere = {"team_name_duplicate", "team_lead_missing", "team_name_missing", "member_unknown"}
    assert set(SEVERITIES) - known == of_the_account | elsewhere | {"memberships_dangling"}
    assert {one.severity for one in result.results} == {"block", "reject", "warn"}
    assert len(passed(result, "email_invalid")) == 1


def test_a_code_without_a_severity_of_the_account_has_its_first() -> None:
    assert {code: allowed[0] for code, allowed in SEVERITIES.items()} == DEFAULT


def masked(people: list[dict[str, Any]], code: str) -> set[int]:
    """Whom the mask of one check names, the other checks left out."""
    rules, snapshot = account(), tables(people)
    inside = people_in_scope(usable(snapshot.users), decided(snapshot), rules)
    masks = [one.bad for one in row_checks(inside, rules, AS_OF) if one.code == code]
    return {int(one[-12:]) for mask in masks for one in inside.ids.filter(mask).to_pylist()}


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(alphabet="aAb\u00df\u0130 \u00a0", max_size=3)), max_size=30))
def test_sharing_is_what_a_simple_count_says(values: list[str | None]) -> None:
    keys = [(value or "").strip().casefold() for value in values]
    shared = {n for n, key in enumerate(keys, start=1) if key and keys.count(key) > 1}
    assert masked(numbered("employeeId", values), "employee_id_duplicate") == shared


@settings(deadline=None)
@given(st.lists(st.dates(), min_size=1, max_size=20))
def test_a_date_is_plausible_when_it_lies_between_the_limits(days: list[date]) -> None:
    latest = AS_OF.date() + timedelta(days=1095)
    bad = {n for n, day in enumerate(days, start=1) if day.year != 1 and not date(1930, 1, 1) <= day <= latest}
    assert masked(numbered("employeeHireDate", [day.isoformat() for day in days]), "date_implausible") == bad


@settings(deadline=None)
@given(st.lists(st.text(alphabet="+0123456789 ()-.x", max_size=24), min_size=1, max_size=20))
def test_a_number_is_one_by_its_digits(texts: list[str]) -> None:
    bad = {n for n, text in enumerate(texts, start=1) if text.strip() and not dialled(text)}
    assert masked(numbered("mobilePhone", texts), "phone_invalid") == bad


def dialled(text: str) -> bool:
    """The rule in plain Python: an extension goes, then the separators, then only digits are left."""
    bare = re.sub(r"[\s]*x[\s.]*[0-9]{1,8}$", "", text.strip())
    digits = re.sub(r"[\s().-]", "", bare)
    return re.fullmatch(r"[+]?[0-9]{5,15}", digits) is not None
