"""Where a value comes from: an attribute, the first of several, a template, a constant, a fall-back."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.errors import ConfigurationError, SnapshotError
from entra_sync.mapping.values import field_values
from tests.mapping.fields import made, values_of
from tests.transform.tenant import account, person, tables, uid

NAME = {"template": "{givenName} {surname}", "default": "displayName"}


@pytest.mark.parametrize(
    ("path", "attributes", "value"),
    [
        ("jobTitle", {"jobTitle": " Analyst "}, "Analyst"),
        ("businessPhones[0]", {"businessPhones": ["1", "2"]}, "1"),
        ("businessPhones[1]", {"businessPhones": ["1"]}, None),
        ("businessPhones", {"businessPhones": ["1", "2"]}, "1, 2"),
        ("employeeOrgData.costCenter", {"employeeOrgData": {"division": "D", "costCenter": "7"}}, "7"),
        ("employeeOrgData", {"employeeOrgData": {"division": "D"}}, '{"costCenter": null, "division": "D"}'),
        ("accountEnabled", {}, "true"),
        ("extension_0a1b_costCenter", {"extension_0a1b_costCenter": "CC-1"}, "CC-1"),
        ("ext8k2v1_hr.grade", {"ext8k2v1_hr": '{"grade": 7, "remote": true}'}, "7"),
        ("ext8k2v1_hr.remote", {"ext8k2v1_hr": '{"grade": 7, "remote": true}'}, "true"),
        ("ext8k2v1_hr.site.code", {"ext8k2v1_hr": '{"site": {"code": "L1"}}'}, "L1"),
        ("ext8k2v1_hr.site", {"ext8k2v1_hr": '{"site": {"b": 1, "a": "\\u00fc"}}'}, '{"a": "\u00fc", "b": 1}'),
        ("ext8k2v1_hr.no", {"ext8k2v1_hr": '{"grade": 7}'}, None),
        ("ext8k2v1_hr.grade", {"ext8k2v1_hr": '{"grade": null}'}, None),
        ("ext8k2v1_hr.grade", {"ext8k2v1_hr": "no JSON"}, None),
        ("ext8k2v1_hr.grade", {"ext8k2v1_hr": None}, None),
        ("identities[0].issuer", {"identities": '[{"issuer": "contoso.com"}]'}, "contoso.com"),
        ("identities[3].issuer", {"identities": '[{"issuer": "contoso.com"}]'}, None),
        ("identities.issuer", {"identities": '[{"issuer": "contoso.com"}]'}, None),
    ],
)
def test_an_attribute_of_any_shape(path: str, attributes: dict[str, Any], value: str | None) -> None:
    assert made(path, **attributes) == value


def test_rows_keep_their_order_whatever_repeats() -> None:
    hr = ['{"grade": 1}', None, '{"grade": 2}', '{"grade": 1}', "[", "{}"]
    rows = [{"ext8k2v1_hr": one} for one in hr]
    assert values_of(rows, "ext8k2v1_hr.grade").values.to_pylist() == ["1", None, "2", "1", None, None]


@pytest.mark.parametrize(
    ("phones", "value"),
    [((None, None), None), (("1", "2"), "1"), ((" ", "2"), "2"), (("\x00", "2"), "2"), ((None, "2"), "2")],
)
def test_the_first_attribute_that_is_not_empty(phones: tuple[Any, Any], value: str | None) -> None:
    field = {"first_of": ["mobilePhone", "businessPhones[0]"]}
    assert made(field, mobilePhone=phones[0], businessPhones=[phones[1]]) == value


@pytest.mark.parametrize(
    ("given", "sur", "shown"),
    [("Ada", "Byron", "Ada Byron"), (None, "Byron", "Byron"), ("Ada ", "", "Ada"), (None, " ", "Person 0")],
)
def test_a_template_closes_up_over_a_missing_part(given: str | None, sur: str | None, shown: str) -> None:
    assert made(NAME, givenName=given, surname=sur) == shown


def test_a_missing_part_takes_its_separator_along() -> None:
    field = {"template": "{surname}, {givenName} - {department}"}
    assert made(field, surname="Byron", givenName="Ada", department="R&D") == "Byron, Ada - R&D"
    assert made(field, surname="Byron") == "Byron"
    assert made(field) is None
    rows = [{"surname": "A"}, {}, {"surname": "A", "givenName": "B", "department": "C"}]
    assert values_of(rows, field).values.to_pylist() == ["A", None, "A, B - C"]


@pytest.mark.parametrize("field", [{"template": "Contoso Ltd"}, {"value": " Contoso Ltd\x00"}])
def test_a_constant_is_everybodys(field: dict[str, Any]) -> None:
    assert values_of([{}, {}], field).values.to_pylist() == ["Contoso Ltd", "Contoso Ltd"]


def test_an_empty_constant_is_nothing() -> None:
    assert made({"value": ""}) is None
    assert made({"value": "", "default": "displayName"}) == "Person 0"


def test_the_fall_back_is_taken_as_it_is_but_for_the_type() -> None:
    field = {"from": "jobTitle", "default": "department", "lower": True, "switch": {"Sales": "S"}}
    assert made(field, jobTitle="SALES", department="Other") == "s"
    assert made(field, department=" SALES ") == "SALES"
    day = {"from": "jobTitle", "default": "department", "type": "date"}
    assert str(made(day, jobTitle="0001-01-01", department="2024-05-01")) == "2024-05-01"


def test_the_fall_back_does_not_hide_what_cannot_be_read() -> None:
    field = {"from": "jobTitle", "default": "department", "type": "int"}
    rows = [
        {"jobTitle": "four", "department": "4"},
        {"jobTitle": None, "department": "4"},
        {"jobTitle": None, "department": "four"},
        {"jobTitle": "1", "department": "four"},
    ]
    found = values_of(rows, field)
    assert found.values.to_pylist() == [None, 4, None, 1]
    assert found.unreadable.to_pylist() == [True, False, True, False]
    assert found.text.to_pylist() == ["four", "4", "four", "1"]


def test_a_guests_sign_in_name_is_no_address() -> None:
    guest = "ada_example.org#EXT#@contoso.onmicrosoft.com"
    field = {"first_of": ["userPrincipalName", "otherMails[0]"], "type": "email"}
    assert made(field, userPrincipalName=guest, otherMails=["Ada@Example.ORG"]) == "ada@example.org"
    assert made({"from": "userPrincipalName", "type": "email"}, userPrincipalName=guest.lower()) is None
    assert made("mail", "email", mail="Ada@Contoso.com") == "ada@contoso.com"
    assert made("userPrincipalName", userPrincipalName=guest) == guest


def test_the_manager_is_an_object_id() -> None:
    config = account(mapping={"custom.boss": "manager"})
    users = tables([person(1, manager=2), person(2)], config=config).users
    assert field_values(users, "custom.boss", config.mapping["custom.boss"]).values.to_pylist() == [uid(2), None]


@pytest.mark.parametrize("path", ["onPremisesExtensionAttributes.nope", "employeeOrgData.nope"])
def test_a_path_that_leads_nowhere_is_an_error_of_the_account_file(path: str) -> None:
    with pytest.raises(ConfigurationError, match="nope"):
        made(path)


def test_an_attribute_that_was_not_read_is_not_taken_for_empty() -> None:
    config = account(mapping={"custom.x": "faxNumber"})
    with pytest.raises(SnapshotError, match="faxNumber"):
        field_values(tables([person(1)]).users, "custom.x", config.mapping["custom.x"])


def test_nobody_at_all() -> None:
    for field in (
        NAME,
        {"value": "x"},
        {"from": "city", "title": True, "type": "phone"},
        {"from": "city", "switch": {}},
    ):
        assert len(values_of([], field).values) == 0
