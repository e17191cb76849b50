"""The set beside those of earlier nights: sizes, and fields that went blank."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.checks import History
from entra_sync.validate import Checked
from tests.transform.tenant import account, checked, group, person, tables


def night(users: int = 100, **nulls: float) -> dict[str, float]:
    """The measures of one night."""
    shares = {f"nulls.{name}": share for name, share in nulls.items()}
    return {"complete": 1.0, "rows.users": users, "rows.groups": 1, "rows.memberships": 1, "in_scope": users, **shares}


def tonight(
    nights: list[dict[str, float]], *, people: int = 100, titled: int = 100, complete: bool = True, **checks: Any
) -> Checked:
    """A tenant of some people, of whom the first have a job title."""
    users = [person(n, jobTitle="Chef" if n <= titled else None) for n in range(1, people + 1)]
    snapshot = tables(users, [group(1)], {1: [1]})
    return checked(snapshot, account(checks=checks), complete=complete, nights=nights)


def codes(result: Checked) -> list[str]:
    return result.issues["code"].to_pylist()


def test_the_first_night_has_nothing_to_compare_with() -> None:
    result = tonight([], titled=0)
    assert codes(result) == []
    assert {one.ok for one in result.results if one.code in ("rows_drift", "attribute_blank")} == {True}


def test_a_tenant_that_shrank_is_reported_with_both_numbers() -> None:
    result = tonight([night(143)])
    assert codes(result) == ["rows_drift"]
    assert result.issues["message"].to_pylist() == ["100 users were read; 143 is usual."]
    assert result.blocked == []
    assert codes(tonight([night(142)])) == []


def test_a_tenant_that_grew_is_reported_too() -> None:
    assert codes(tonight([night(76)])) == ["rows_drift"]
    assert codes(tonight([night(77)])) == []


def test_one_odd_night_does_not_make_the_usual() -> None:
    assert codes(tonight([night(1000), night(100), night(100)])) == []


def test_only_the_newest_nights_count() -> None:
    nights = [night(100)] * 3 + [night(1000)] * 10
    assert codes(tonight(nights, rows={"nights": 5})) == []
    assert codes(tonight(nights, rows={"nights": 13})) == ["rows_drift"]


def test_small_tables_may_change_and_the_account_can_switch_the_check_off() -> None:
    assert codes(tonight([night(49)])) == []
    assert codes(tonight([night(1000)], rows=None)) == []


def test_a_mapping_that_went_blank_blocks() -> None:
    result = tonight([night(job_title=0.05)], titled=0)
    assert codes(result) == ["attribute_blank"]
    assert result.blocked == ["job_title is empty for 100.0% of the people in scope; 5.0% is usual."]
    (record,) = [one for one in result.results if one.code == "attribute_blank" and one.column == "job_title"]
    assert (record.rows, record.failed, record.severity, record.engine) == (100, 100, "block", "great_expectations")


@pytest.mark.parametrize(("titled", "found"), [(61, False), (60, False), (59, True)])
def test_some_more_empty_values_are_no_drift(titled: int, found: bool) -> None:
    assert bool(codes(tonight([night(job_title=0.0)], titled=titled))) == found


def test_a_field_that_few_have_blocks_when_it_is_empty_for_everybody() -> None:
    assert codes(tonight([night(job_title=0.79)], titled=0)) == ["attribute_blank"]
    assert codes(tonight([night(job_title=0.79)], titled=1)) == []
    assert codes(tonight([night(job_title=0.81)], titled=0)) == []


def test_a_field_that_is_new_in_the_mapping_is_compared_from_its_second_night_on() -> None:
    assert codes(tonight([night(department=0.0), night()], titled=0)) == ["attribute_blank"]
    assert codes(tonight([night(), night()], titled=0)) == []


def test_few_people_and_a_switched_off_check_are_not_compared() -> None:
    assert codes(tonight([night(19, job_title=0.0)], people=19, titled=0)) == []
    assert codes(tonight([night(job_title=0.0)], titled=0, nulls=None)) == []


def test_an_incomplete_night_only_warns() -> None:
    severity = {"rows_drift": "block"}
    result = tonight([night(1000, job_title=0.0)], titled=0, complete=False, severity=severity)
    assert sorted(codes(result)) == ["attribute_blank", "rows_drift"]
    assert set(result.issues["severity"].to_pylist()) == {"warning"}
    assert result.blocked == []


def test_the_account_can_let_a_blank_field_pass() -> None:
    severity = {"attribute_blank": "warn"}
    result = tonight([night(job_title=0.0)], titled=0, severity=severity)
    assert (codes(result), result.blocked) == (["attribute_blank"], [])


def test_a_night_is_measured() -> None:
    measures = tonight([], people=8, titled=6).measures
    assert measures["nulls.job_title"] == 0.25
    assert {name: measures[name] for name in ("complete", "rows.users", "rows.groups", "in_scope")} == {
        "complete": 1,
        "rows.users": 8,
        "rows.groups": 1,
        "in_scope": 8,
    }
    assert measures["nulls.email"] == 0
    assert measures["nulls.manager"] == 1


def test_the_usual_is_the_median_of_the_nights_that_have_the_measure() -> None:
    history = History(nights=[{"a": 1.0}, {"b": 5.0}, {"a": 3.0}, {"a": 100.0}])
    assert (history.usual("a", 2), history.usual("a", 3), history.usual("c", 3)) == (2.0, 3.0, None)
