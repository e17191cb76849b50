"""Attributes to PeopleGoal fields."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.config.account import AccountConfig
from entra_sync.transform.people import NO_LINKS, profile_table
from tests.transform.tenant import account, built, decided, person, profiles, tables, uid


def one(config: AccountConfig | None = None, **attributes: Any) -> dict[str, Any]:
    """The profile of a person with these attributes."""
    (found,) = profiles(tables([person(1, **attributes)], config=config), config)
    return found


def mapped(**mapping: Any) -> AccountConfig:
    return account(mapping=mapping)


def test_the_default_mapping() -> None:
    found = one(
        mail="Ada@Contoso.com",
        givenName="Ada",
        surname="Byron",
        jobTitle="Analyst",
        officeLocation="B1",
        companyName="Contoso",
        businessPhones=["+44 1", "+44 2"],
        mobilePhone="+44 3",
        employeeHireDate="2024-05-01T00:00:00Z",
        preferredLanguage="en-GB",
    )
    assert {name: value for name, value in found.items() if value is not None} == {
        "entra_id": uid(1),
        "email": "ada@contoso.com",
        "first_name": "Ada",
        "last_name": "Byron",
        "display_name": "Person 1",
        "job_title": "Analyst",
        "company": "Contoso",
        "office": "B1",
        "mobile_phone": "+44 3",
        "work_phone": "+44 1",
        "hire_date": datetime.date(2024, 5, 1),
        "preferred_language": "en-GB",
        "custom_fields": "{}",
    }


def test_absent_null_and_empty() -> None:
    config = account(mapping={"city": None, "manager": None, "custom.grade": "faxNumber"})
    found = one(config, department=None, jobTitle="", companyName=" \t\u00a0", faxNumber=None)
    assert "city" not in found
    assert "manager_entra_id" not in found
    assert (found["department"], found["job_title"], found["company"]) == (None, None, None)
    assert found["custom_fields"] == '{"grade":null}'


def test_columns_are_the_mapped_ones_with_fixed_types() -> None:
    table = built(tables([person(1)])).profile
    assert table.schema.metadata is None
    types = {field.name: field.type for field in table.schema}
    assert types.pop("hire_date") == pa.date32()
    assert set(types.values()) == {pa.string()}
    assert list(types)[:2] == ["entra_id", "email"]
    assert list(types)[-2:] == [
        "manager_entra_id",
        "custom_fields",
    ]


def test_a_typed_text_column_is_text_and_a_date_column_a_date() -> None:
    config = mapped(
        office={"from": "onPremisesExtensionAttributes.extensionAttribute1", "type": "int"},
        city={"from": "accountEnabled", "type": "bool"},
        state={"from": "createdDateTime", "type": "date"},
        company={"value": "Contoso"},
        hire_date="extension_0a1b_hired",
    )
    found = one(
        config,
        onPremisesExtensionAttributes={"extensionAttribute1": "+007"},
        createdDateTime="2024-05-01T09:00:00Z",
        extension_0a1b_hired="2020-02-29",
    )
    assert {name: found[name] for name in ("office", "city", "state", "company", "hire_date")} == {
        "office": "7",
        "city": "true",
        "state": "2024-05-01",
        "company": "Contoso",
        "hire_date": datetime.date(2020, 2, 29),
    }


CUSTOM: dict[str, Any] = {
    "custom.z": "onPremisesExtensionAttributes.extensionAttribute1",
    "custom.a": {"from": "employeeHireDate", "type": "date"},
    "custom.phone2": "businessPhones[1]",
    "custom.site": "ext8k2v1_hr.site",
    "custom.grade": {"from": "ext8k2v1_hr.grade", "type": "int"},
    "custom.remote": {"from": "ext8k2v1_hr.remote", "type": "bool"},
    "custom.boss": "manager",
}


def test_custom_fields_are_json_with_its_own_types_sorted_keys_and_nulls() -> None:
    found = one(
        mapped(**CUSTOM),
        onPremisesExtensionAttributes={"extensionAttribute1": ' "\u00fc\\n\x00\n" '},
        employeeHireDate="2024-05-01T00:00:00Z",
        businessPhones=["1"],
        ext8k2v1_hr='{"site": {"code": 7}, "grade": -4, "remote": false}',
    )
    assert found["custom_fields"] == (
        '{"a":"2024-05-01","boss":null,"grade":-4,"phone2":null,"remote":false,'
        '"site":"{\\"code\\": 7}","z":"\\"\u00fc\\\\n \\""}'
    )
    assert json.loads(found["custom_fields"])["z"] == '"\u00fc\\n "'


@given(st.lists(st.none() | st.text(), min_size=1, max_size=4))
def test_any_text_makes_good_json(titles: list[str | None]) -> None:
    config = mapped(**{"custom.x": "jobTitle"})
    people = tables([person(n, jobTitle=text) for n, text in enumerate(titles)], config=config)
    rows = profile_table(people.users, decided(people, config)["state"], NO_LINKS, config).to_pylist()
    assert [json.loads(row["custom_fields"]) for row in rows] == [{"x": row["job_title"]} for row in rows]


def test_a_list_item_is_found_also_behind_empty_and_absent_lists() -> None:
    lists = [None, [], ["a"], ["b", "c"], None, ["", "d"]]
    rows = profiles(tables([person(n, businessPhones=phones) for n, phones in enumerate(lists)]))
    assert [row["work_phone"] for row in rows] == [None, None, "a", "b", None, None]


def test_only_accepted_people_in_scope_have_a_profile() -> None:
    people = [person(1), person(2, accountEnabled=False), person(3, userType="Guest"), person(4, mail="bad")]
    assert [row["entra_id"] for row in profiles(tables(people))] == [uid(1)]


def test_managers_are_those_of_the_cleaned_chart() -> None:
    people = [person(1, manager=2), person(2, manager=1), person(3, manager=2), person(4, manager=99)]
    found = {row["entra_id"]: row["manager_entra_id"] for row in profiles(tables(people))}
    assert found == {uid(1): None, uid(2): uid(1), uid(3): uid(2), uid(4): None}
