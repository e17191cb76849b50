"""Attributes to PeopleGoal fields."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pyarrow as pa
import pytest

from entra_sync.config.account import AccountConfig
from entra_sync.errors import ConfigurationError
from tests.transform.tenant import account, built, person, profiles, tables, uid


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
    config = account(mapping={"city": None, "manager": None, "custom.grade": "jobGrade"})
    found = one(config, department=None, jobTitle="", companyName=" \t\u00a0", jobGrade=None)
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


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Zoe\u0308", "Zo\u00eb"),
        ("  A  B ", "A  B"),
        ("nul\x00l", "null"),
        ("\x00", None),
        ("\u3000\u7530\u4e2d\u3000", "\u7530\u4e2d"),
        ("\u202e\u05d0", "\u202e\u05d0"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_text_is_trimmed_in_one_unicode_form_and_without_nul(raw: str, clean: str | None) -> None:
    assert one(jobTitle=raw)["job_title"] == clean


NAME = {"template": "{givenName} {surname}", "default": "displayName"}


@pytest.mark.parametrize(
    ("given", "sur", "shown"),
    [("Ada", "Byron", "Ada Byron"), (None, "Byron", "Byron"), ("Ada ", "", "Ada"), (None, " ", "Person 1")],
)
def test_a_template_closes_up_over_a_missing_part(given: str | None, sur: str | None, shown: str) -> None:
    assert one(mapped(display_name=NAME), givenName=given, surname=sur)["display_name"] == shown


def test_a_missing_part_takes_its_separator_along() -> None:
    config = mapped(display_name={"template": "{surname}, {givenName} - {department}"})
    assert one(config, surname="Byron", givenName="Ada", department="R&D")["display_name"] == "Byron, Ada - R&D"
    assert one(config, surname="Byron")["display_name"] == "Byron"
    assert one(config)["display_name"] is None


def test_a_template_without_attributes_is_a_constant() -> None:
    assert one(mapped(company={"template": "Contoso Ltd"}))["company"] == "Contoso Ltd"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01T00:00:00Z", "2024-05-01"),
        ("2024-05-01T00:00:00.0000000Z", "2024-05-01"),
        ("2024-05-01T23:30:00-02:00", "2024-05-02"),
        ("2024-05-01", "2024-05-01"),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T00:00:00Z", "9999-12-31"),
        ("1899-12-31", "1899-12-31"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_date_is_the_day_in_utc_and_year_one_means_not_set(text: str | None, day: str | None) -> None:
    expected = None if day is None else datetime.date.fromisoformat(day)
    assert one(employeeHireDate=text)["hire_date"] == expected


def test_hire_date_is_a_date_however_it_is_mapped() -> None:
    path = "onPremisesExtensionAttributes.extensionAttribute3"
    found = one(mapped(hire_date=path), onPremisesExtensionAttributes={"extensionAttribute3": "2020-02-29"})
    assert found["hire_date"] == datetime.date(2020, 2, 29)


def test_custom_fields_are_json_with_sorted_keys_and_nulls() -> None:
    config = mapped(
        **{
            "custom.z": "onPremisesExtensionAttributes.extensionAttribute1",
            "custom.a": {"from": "leaveDate", "type": "date"},
            "custom.phone2": "businessPhones[1]",
            "custom.site": "ext_app.site",
            "custom.boss": "manager",
        }
    )
    found = one(
        config,
        onPremisesExtensionAttributes={"extensionAttribute1": ' "\u00fc" '},
        leaveDate="2024-05-01T00:00:00Z",
        businessPhones=["1"],
        ext_app='{"site": {"code": 7}}',
    )
    assert list(json.loads(found["custom_fields"])) == ["a", "boss", "phone2", "site", "z"]
    assert json.loads(found["custom_fields"]) == {
        "a": "2024-05-01",
        "boss": None,
        "phone2": None,
        "site": '{"code": 7}',
        "z": '"\u00fc"',
    }


def test_attributes_that_are_no_text_are_written_as_text() -> None:
    config = mapped(
        **{"custom.on": "accountEnabled", "custom.phones": "businessPhones", "custom.org": "employeeOrgData"}
    )
    found = one(config, businessPhones=["1", "2"], employeeOrgData={"division": "D", "costCenter": None})
    assert json.loads(found["custom_fields"]) == {
        "on": "true",
        "phones": "1, 2",
        "org": '{"costCenter": null, "division": "D"}',
    }


def test_a_list_item_is_found_also_behind_empty_and_absent_lists() -> None:
    lists = [None, [], ["a"], ["b", "c"], None, ["", "d"]]
    rows = profiles(tables([person(n, businessPhones=phones) for n, phones in enumerate(lists)]))
    assert [row["work_phone"] for row in rows] == [None, None, "a", "b", None, None]


@pytest.mark.parametrize("path", ["onPremisesExtensionAttributes.nope", "manager.displayName", "jobTitle[", "a..b"])
def test_a_path_that_leads_nowhere_is_an_error_of_the_account_file(path: str) -> None:
    config = mapped(city=path)
    with pytest.raises(ConfigurationError):
        profiles(tables([person(1)], config=config), config)


def test_a_type_email_field_is_lower_case_and_no_guest_name() -> None:
    config = mapped(**{"custom.other": {"from": "otherMails[0]", "default": "userPrincipalName", "type": "email"}})
    found = one(config, otherMails=["A@B.example"])
    assert json.loads(found["custom_fields"]) == {"other": "a@b.example"}


def test_only_accepted_people_in_scope_have_a_profile() -> None:
    people = [person(1), person(2, accountEnabled=False), person(3, userType="Guest"), person(4, mail="bad")]
    assert [row["entra_id"] for row in profiles(tables(people))] == [uid(1)]


def test_managers_are_those_of_the_cleaned_chart() -> None:
    people = [person(1, manager=2), person(2, manager=1), person(3, manager=2), person(4, manager=99)]
    found = {row["entra_id"]: row["manager_entra_id"] for row in profiles(tables(people))}
    assert found == {uid(1): None, uid(2): uid(1), uid(3): uid(2), uid(4): None}
