"""Paths and templates: what names an attribute of users, what does not, and what was probably meant."""

from __future__ import annotations

import pytest

from entra_sync.config.attributes import ATTRIBUTES, check_path
from entra_sync.config.fields import DEFAULT_MAPPING, PROFILE_COLUMNS
from entra_sync.config.mapping import FieldMapping


@pytest.mark.parametrize(
    "path",
    [
        *sorted(ATTRIBUTES),
        "businessPhones[0]",
        "otherMails[12]",
        "onPremisesExtensionAttributes.extensionAttribute15",
        "employeeOrgData.costCenter",
        "identities[0].issuerAssignedId",
        "extension_0123456789abcdef0123456789abcdef_badge",
        "extension_0123456789abcdef0123456789abcdef_job_title",
        "contoso_courses.title",
        "ext12ab34cd_hr.cost center",
    ],
)
def test_a_path_names_an_attribute(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        ".",
        "mail.",
        ".mail",
        "a..b",
        "mail[",
        "mail]",
        "mail[]",
        "mail[-1]",
        "mail[x]",
        "mail[0",
        "[0]",
        "a[0]b",
    ],
)
def test_a_path_of_another_form_cannot_be_read(path: str) -> None:
    with pytest.raises(ValueError, match=r"no attribute of users|cannot be read"):
        check_path(path)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("jobtitle", "jobTitle"),
        ("jobTitel", "jobTitle"),
        (" jobTitle", "jobTitle"),
        ("mail ", "mail"),
        ("UserPrincipalName", "userPrincipalName"),
        ("businessPhone[0]", "businessPhones"),
        ("job_title", "jobTitle"),
        ("account_enabled", "accountEnabled"),
        ("first_name", "givenName"),
        ("company", "companyName"),
        ("hire_date", "employeeHireDate"),
        ("extensionAttribute1", "onPremisesExtensionAttributes.extensionAttribute1"),
    ],
)
def test_what_was_probably_meant_is_named(path: str, meant: str) -> None:
    with pytest.raises(ValueError) as error:
        check_path(path)

    assert f"did you mean `{meant}`?" in str(error.value)


@pytest.mark.parametrize(
    "path", ["aboutMe", "skills", "signInActivity.lastSignInDateTime", "passwordProfile", "memberOf"]
)
def test_what_users_cannot_be_listed_with_is_no_attribute(path: str) -> None:
    with pytest.raises(ValueError, match="no attribute of users"):
        check_path(path)


@pytest.mark.parametrize("path", ["manager.displayName", "manager[0]"])
def test_of_a_manager_only_the_id_is_known(path: str) -> None:
    with pytest.raises(ValueError, match="only `manager`"):
        check_path(path)


@pytest.mark.parametrize("name", PROFILE_COLUMNS)
def test_a_field_of_peoplegoal_is_no_attribute_unless_it_is_one_of_that_name(name: str) -> None:
    if name in ATTRIBUTES:
        assert check_path(name) == name
    else:
        with pytest.raises(ValueError, match="did you mean"):
            check_path(name)


def test_every_default_names_attributes() -> None:
    for name, line in DEFAULT_MAPPING.items():
        for path in FieldMapping.model_validate(line if isinstance(line, dict) else {"from": line}).attributes():
            assert check_path(path) == path, name


@pytest.mark.parametrize(
    ("template", "attributes"),
    [
        ("{givenName} {surname}", ["givenName", "surname"]),
        ("{businessPhones[0]}", ["businessPhones[0]"]),
        ("{onPremisesExtensionAttributes.extensionAttribute1}-{city}", None),
        ("{mail}{mail}", ["mail", "mail"]),
        ("Contoso", []),
        ("", []),
    ],
)
def test_a_template_names_its_attributes_in_order(template: str, attributes: list[str] | None) -> None:
    wanted = ["onPremisesExtensionAttributes.extensionAttribute1", "city"] if attributes is None else attributes

    assert FieldMapping(template=template).attributes() == wanted


@pytest.mark.parametrize("template", ["{", "}", "{}", "{{mail}}", "{mail", "mail}", "{mail} {", "{mail {city}}"])
def test_braces_that_do_not_close_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match="attributes in braces"):
        FieldMapping(template=template)


@pytest.mark.parametrize("template", ["{ mail }", "{nickname}", "{first_name}", "{mail[]}"])
def test_a_template_names_attributes_only(template: str) -> None:
    with pytest.raises(ValueError, match=r"no attribute of users|cannot be read"):
        FieldMapping(template=template)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({}, "exactly one of `from`"),
        ({"from": "mail", "value": "a"}, "exactly one of `from`"),
        ({"value": "", "template": ""}, "exactly one of `from`"),
        ({"from": "mail", "lower": True, "title": True}, "`lower` or `title`, not both"),
        ({"from": "mail", "otherwise": None}, "give `switch` as well"),
        ({"from": "mail", "switch": {"A": "x", " a ": "y"}}, "`a` stands twice"),
        ({"from": "mail", "default": "nobody"}, "no attribute of users"),
        ({"first_of": ["mail", "nobody"]}, "no attribute of users"),
    ],
)
def test_keys_that_do_not_fit_together_are_refused(line: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError) as error:
        FieldMapping.model_validate(line)

    assert words in str(error.value)


def test_the_default_is_read_last() -> None:
    line = FieldMapping.model_validate({"first_of": ["mobilePhone", "businessPhones[0]"], "default": "faxNumber"})

    assert line.attributes() == ["mobilePhone", "businessPhones[0]", "faxNumber"]
