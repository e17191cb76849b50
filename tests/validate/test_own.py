"""Expectations that an account adds in its file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entra_sync.errors import ConfigurationError
from entra_sync.extract.select import user_select
from entra_sync.extract.tables import SnapshotTables
from entra_sync.validate import Checked, verify
from tests.transform.tenant import account, checked, group, person, tables, uid


def entry(**changes: Any) -> dict[str, Any]:
    """One expectation of the account file: titles of at least three letters."""
    return {
        "code": "title_too_short",
        "expect": "ExpectColumnValueLengthsToBeBetween",
        "options": {"column": "job_title", "min_value": 3},
        "message": "The job title has fewer than three letters.",
        "hint": "Write the title out in Entra.",
        **changes,
    }


def asked(snapshot: SnapshotTables, **changes: Any) -> Checked:
    return checked(snapshot, account(checks={"expectations": [entry(**changes)]}))


def titles(*values: str | None) -> SnapshotTables:
    people = [person(n, jobTitle=value) for n, value in enumerate(values, start=1)]
    return tables([*people, person(90, jobTitle="x", accountEnabled=False)], [group(1), group(2, displayName="")])


def named(result: Checked) -> list[str | None]:
    return [row["entra_id"] for row in result.issues.to_pylist() if row["code"] == "title_too_short"]


def test_failing_people_in_scope_are_found_exactly() -> None:
    result = asked(titles("Chef", "VP", None, "CTO", "x"))
    assert named(result) == [uid(2), uid(5)]
    row = result.issues.to_pylist()[0]
    assert (row["severity"], row["step"], row["field"], row["label"]) == (
        "warning",
        "validate",
        "job_title",
        "Person 2",
    )
    assert (row["message"], row["hint"]) == (entry()["message"], entry()["hint"])
    (record,) = [one for one in result.results if one.code == "title_too_short"]
    assert (record.table, record.rows, record.failed, record.ok) == ("profile", 5, 2, False)
    assert record.engine == "great_expectations"


@pytest.mark.parametrize(("severity", "level"), [("reject", "error"), ("block", "error"), ("warn", "warning")])
def test_its_severity_is_in_the_entry(severity: str, level: str) -> None:
    result = asked(titles("VP", "Chef"), severity=severity)
    assert [row["severity"] for row in result.issues.to_pylist()] == [level]
    assert result.rejected == (frozenset() if severity == "warn" else {uid(1)})
    assert bool(result.blocked) == (severity == "block")


def test_one_that_holds_leaves_a_record_and_no_issue() -> None:
    result = asked(titles("Chef", None))
    assert named(result) == []
    assert [one.ok for one in result.results if one.code == "title_too_short"] == [True]


def test_mostly_holds_although_some_rows_do_not() -> None:
    options = {"column": "job_title", "min_value": 3, "mostly": 0.5}
    assert named(asked(titles("Chef", "VP"), options=options)) == []
    assert named(asked(titles("VP", "x", "Chef"), options=options)) == [uid(1), uid(2)]


@pytest.mark.parametrize(
    ("table", "expect", "options", "people"),
    [
        ("users", "ExpectColumnValuesToNotBeNull", {"column": "jobTitle"}, [uid(3)]),
        ("users", "ExpectColumnValuesToNotMatchRegex", {"column": "id", "regex": "2$"}, [uid(2)]),
        ("profile", "ExpectColumnValuesToBeUnique", {"column": "job_title"}, [uid(1), uid(4)]),
        ("profile", "ExpectColumnPairValuesToBeEqual", {"column_A": "email", "column_B": "job_title"}, None),
        ("profile", "ExpectCompoundColumnsToBeUnique", {"column_list": ["job_title", "department"]}, [uid(1), uid(4)]),
        ("profile", "ExpectColumnValuesToBeBetween", {"column": "hire_date", "min_value": "2020-01-01"}, [uid(2)]),
        ("profile", "ExpectColumnValuesToBeBetween", {"column": "hire_date", "min_value": date(2020, 1, 1)}, [uid(2)]),
        ("profile", "ExpectColumnValuesToBeBetween", {"column": "custom.badge", "max_value": 5}, [uid(1)]),
        ("profile", "ExpectTableRowCountToBeBetween", {"max_value": 1}, [None]),
        ("groups", "ExpectColumnValueLengthsToBeBetween", {"column": "displayName", "min_value": 1}, [None]),
        ("memberships", "ExpectTableRowCountToBeBetween", {"min_value": 1}, [None]),
    ],
)
def test_tables_and_shapes_of_expectations(
    table: str, expect: str, options: dict[str, Any], people: list[str | None] | None
) -> None:
    mapping = {"custom.badge": {"from": "extension_0123456789abcdef0123456789abcdef_badge", "type": "int"}}
    config = account(mapping=mapping, checks={"expectations": [entry(table=table, expect=expect, options=options)]})
    badge = "extension_0123456789abcdef0123456789abcdef_badge"
    rows: list[dict[str, Any]] = [
        person(1, jobTitle="Chef", department="Sales", **{badge: "7"}),
        person(2, jobTitle="VP", department="Sales", employeeHireDate="2019-12-31", **{badge: "5"}),
        person(3, employeeHireDate="2020-01-02"),
        person(4, jobTitle="Chef", department="Sales"),
    ]
    snapshot = tables(rows, [group(1, displayName="")], config=config)
    assert named(checked(snapshot, config)) == (people if people is not None else [uid(n) for n in (1, 2, 3, 4)])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expect": "ExpectColumnValuesToNotBeNul"}, "did you mean `ExpectColumnValuesToNotBeNull`?"),
        ({"options": {"column": "job_title", "min_value": 3, "colour": 1}}, "colour"),
        ({"options": {"column": "job_title", "min_value": "many"}}, "options"),
        ({"options": {"column": "job_titel", "min_value": 3}}, "did you mean `job_title`?"),
        (
            {"expect": "ExpectColumnMeanToBeBetween", "options": {"column": "job_title", "min_value": 3}},
            "cannot be asked",
        ),
    ],
)
def test_one_that_cannot_be_asked_is_an_error_that_names_the_entry(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match="entry `title_too_short`") as error:
        asked(titles("Chef"), **changes)
    assert said in str(error.value)
    assert "?." not in str(error.value)


def test_an_account_file_can_be_verified_without_any_data() -> None:
    verify(account())
    verify(account(checks={"expectations": [entry()]}))
    with pytest.raises(ConfigurationError, match="title_too_short"):
        verify(account(checks={"expectations": [entry(expect="ExpectNothing")]}))


def test_nobodys_value_comes_out_of_the_library() -> None:
    result = asked(titles("Zo"), table="profile")
    assert "Zo" not in str(result.results)
    assert "Zo" not in str([{k: v for k, v in row.items() if k != "label"} for row in result.issues.to_pylist()])


def test_attributes_that_only_an_expectation_asks_about_are_read() -> None:
    options = {"column": "usageLocation"}
    config = account(
        checks={"expectations": [entry(table="users", expect="ExpectColumnValuesToNotBeNull", options=options)]}
    )
    assert "usageLocation" in user_select(config)
    people = [person(1, usageLocation="GB"), person(2)]
    assert named(checked(tables(people, config=config), config)) == [uid(2)]
    with pytest.raises(ValueError, match="did you mean `usageLocation`"):
        account(checks={"expectations": [entry(table="users", options={"column": "usageLocatoin"})]})
