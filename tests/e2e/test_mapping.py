"""A mapping with every kind of source, type and option, from the directory to the database."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.extensions import BADGE, COST_CENTER, HR
from tests.e2e.conftest import Nights
from tests.e2e.oracle import wanted

MAPPING: dict[str, Any] = {
    "display_name": {"template": "{surname}, {givenName}", "default": "displayName"},
    "country": {"from": "usageLocation", "switch": {"gb": "United Kingdom", "": "Unknown"}, "otherwise": "Elsewhere"},
    "company": {"value": "Contoso Group"},
    "mobile_phone": {"first_of": ["mobilePhone", "businessPhones[0]"], "type": "phone"},
    "work_phone": None,
    "job_title": {"from": "jobTitle", "only_on_create": True},
    "office": {"from": "officeLocation", "clear": False},
    "custom.cost_center": {"from": COST_CENTER, "default": "employeeOrgData.costCenter"},
    "custom.badge": {"from": BADGE, "type": "int"},
    "custom.grade": {"from": f"{HR}.grade", "type": "int"},
    "custom.remote": {"from": f"{HR}.remote", "type": "bool"},
    "custom.since": {"from": "createdDateTime", "type": "date"},
    "custom.badge_colour": {"from": BADGE, "switch": {"": "none"}, "otherwise": "blue", "title": True},
    "custom.login": {"from": "userPrincipalName", "type": "email", "only_on_create": True},
}
SHOWN = ("display_name", "country", "company", "mobile_phone", "work_phone", "job_title", "office")


def text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


def profile(user: dict[str, Any]) -> dict[str, Any]:
    """What MAPPING means, in plain Python."""
    given, surname, country = text(user.get("givenName")), text(user.get("surname")), text(user.get("usageLocation"))
    phone = text(user.get("mobilePhone")) or text((user.get("businessPhones") or [None])[0])
    org, extra = user.get("employeeOrgData") or {}, user.get(HR) or {}
    custom = {
        "cost_center": user.get(COST_CENTER) or org.get("costCenter"),
        "badge": user.get(BADGE),
        "grade": extra.get("grade"),
        "remote": extra.get("remote"),
        "since": user["createdDateTime"][:10],
        "badge_colour": "None" if user.get(BADGE) is None else "Blue",
        "login": user["userPrincipalName"].lower(),
    }
    named = ", ".join(part for part in (surname, given) if part)
    return {
        "display_name": named or text(user.get("displayName")),
        "country": "Unknown" if country is None else "United Kingdom" if country == "GB" else "Elsewhere",
        "company": "Contoso Group",
        "mobile_phone": phone and "".join(sign for sign in phone if sign in "+0123456789"),
        "work_phone": None,
        "job_title": text(user.get("jobTitle")),
        "office": text(user.get("officeLocation")),
        "custom_fields": {key: value for key, value in custom.items() if value is not None},
    }


def profiles(nights: Nights) -> dict[str, dict[str, Any]]:
    """Object id -> the columns that MAPPING is about."""
    rows = nights.rows(
        f"select u.entra_id::text as id, {', '.join(SHOWN)}, custom_fields from peoplegoal.profile p"
        " join peoplegoal.app_user u on u.id = p.user_id where u.status <> 'deactivated'"
    )
    return {row.pop("id"): row for row in rows}


def people(nights: Nights) -> dict[str, dict[str, Any]]:
    """Attributes of everybody in scope."""
    users = nights.tenant.company.users
    return {i: user.attributes for i, user in users.items() if wanted(user.attributes)}


@pytest.fixture
def mapped(nights: Nights) -> Nights:
    """The first night of the account, which reads the tenant's own extensions."""
    nights.config = {"mapping": MAPPING}
    nights.run()
    return nights


def some_with_extensions(nights: Nights) -> list[str]:
    return sorted(i for i, user in people(nights).items() if BADGE in user)


def test_every_field_is_what_the_mapping_says(mapped: Nights) -> None:
    found, directory = profiles(mapped), people(mapped)

    assert found == {i: profile(user) for i, user in directory.items()}
    assert 0 < len(some_with_extensions(mapped)) < len(found)
    assert {type(row["custom_fields"].get("remote")) for row in found.values()} == {bool, type(None)}


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_the_same_directory_again_changes_nothing(mapped: Nights, mode: str) -> None:
    before = mapped.everything()

    assert mapped.run(mode=mode) == "no_changes"

    assert mapped.everything() == before


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_changed_extensions_are_found_in_every_mode(mapped: Nights, mode: str) -> None:
    one, other = some_with_extensions(mapped)[:2]
    company = mapped.tenant.company
    company.update_user(one, **{BADGE: 1, HR: {"grade": 0, "remote": False}})
    company.update_user(other, **{BADGE: None, HR: None, COST_CENTER: None})

    mapped.run(mode=mode)

    assert mapped.last_run()["mode"] == ("full" if mode == "full" else "incremental")
    assert {change["entra_id"] for change in mapped.changes()} == {one, other}
    found = profiles(mapped)
    assert (found[one]["custom_fields"]["badge"], found[one]["custom_fields"]["grade"]) == (1, 0)
    assert not found[other]["custom_fields"].keys() & {"badge", "grade", "remote"}
    assert found == {i: profile(user) for i, user in people(mapped).items()}


def test_seeded_fields_and_those_that_are_not_cleared_stay(mapped: Nights) -> None:
    person = some_with_extensions(mapped)[0]
    before = profiles(mapped)[person]
    assert before["office"]
    assert before["job_title"]
    mapped.tenant.company.update_user(person, jobTitle="Astronaut", officeLocation=None, mobilePhone="+44 20 7946 0958")

    mapped.run()

    (change,) = mapped.changes()
    assert change["fields"] == {"mobile_phone": [before["mobile_phone"], "+442079460958"]}
    everything = mapped.everything()
    assert mapped.run(mode="full") == "no_changes"
    assert mapped.everything() == everything


def test_a_value_that_is_not_of_its_type_leaves_the_person_as_they_were(mapped: Nights) -> None:
    person = some_with_extensions(mapped)[0]
    before = profiles(mapped)[person]
    mapped.tenant.company.update_user(person, **{HR: {"grade": "high", "remote": True}, "surname": "Changed"})

    assert mapped.run() == "partial"

    assert profiles(mapped)[person] == before
    named = [(row["code"], str(row["entra_id"]), row["field"]) for row in mapped.issues() if row["field"]]
    assert ("number_invalid", person, "custom.grade") in named
