"""The account file: defaults, merging, and errors that name file, key, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from entra_sync.config.account import load_account
from entra_sync.errors import ConfigurationError
from tests.config.files import SMALLEST, write


def test_account_and_name_are_enough(tmp_path: Path) -> None:
    account = load_account(write(tmp_path, SMALLEST))

    assert (account.dag_id, account.connection_id) == ("entra_sync_contoso", "entra_contoso")
    assert (account.schedule, account.timezone) == ("0 0 * * *", "UTC")
    assert account.mapping["job_title"].from_ == "jobTitle"
    assert account.mapping["hire_date"].type == "date"
    assert account.guards.max_deactivations is not None
    assert account.guards.max_deactivations.percent == 20


def test_the_file_overrides_single_lines_of_the_mapping(tmp_path: Path) -> None:
    text = SMALLEST + "mapping: {job_title: employeeType, city: null, custom.site: officeLocation}\n"
    mapping = load_account(write(tmp_path, text)).mapping

    assert mapping["job_title"].from_ == "employeeType"
    assert mapping["custom.site"].from_ == "officeLocation"
    assert mapping["department"].from_ == "department"
    assert "city" not in mapping


def test_a_template_names_its_attributes_and_its_fallback(tmp_path: Path) -> None:
    text = SMALLEST + 'mapping:\n  display_name: {template: "{givenName} {surname}", default: displayName}\n'

    assert load_account(write(tmp_path, text)).mapping["display_name"].attributes() == [
        "givenName",
        "surname",
        "displayName",
    ]


def test_a_name_is_one_line_without_blanks_around_it(tmp_path: Path) -> None:
    text = SMALLEST.replace("name: Contoso Ltd", "name: |\n  Contoso Ltd \n")

    assert load_account(write(tmp_path, text)).name == "Contoso Ltd"


@pytest.mark.parametrize(
    "name", ["Contoso\\nBcc: ann", "Contoso\\rLtd", "Contoso\\0Ltd", "Contoso\\x85Ltd", "Contoso\\LLtd"]
)
def test_a_name_with_a_line_break_or_another_control_character_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_account(write(tmp_path, f'account: contoso\nname: "{name}"\n'))

    (said,) = str(error.value).splitlines()
    assert said.startswith("contoso.yaml: name (line 2): found `Contoso ")
    assert said.endswith("allowed: one line of text, without control characters.")


@pytest.mark.parametrize(
    ("line", "key", "allowed"),
    [
        ("colour: blue", "colour", "unknown key"),
        ("timezone: Europe/Atlantis", "timezone", "Europe/London"),
        ("schedule: daily", "schedule", "five cron fields"),
        ("scope: {user_types: [Robot]}", "scope.user_types", "`Member`, `Guest`"),
        ("mapping: {shoe_size: shoeSize}", "mapping.shoe_size", "custom.<name>"),
        ("mapping: {email: null}", "mapping.email", "cannot be switched off"),
        ("mapping: {hire_date: {type: date}}", "mapping.hire_date", "exactly one of"),
        ("mapping: {manager: department}", "mapping.manager", "allowed: `manager`"),
        (
            "guards: {max_deactivations: {percent: 120}}",
            "guards.max_deactivations.percent",
            "at most 100",
        ),
    ],
)
def test_an_error_names_file_key_and_what_is_allowed(tmp_path: Path, line: str, key: str, allowed: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_account(write(tmp_path, SMALLEST + line + "\n"))

    assert str(error.value).startswith(f"contoso.yaml: {key}")
    assert allowed in str(error.value)


@pytest.mark.parametrize("text", ["", "- a list\n", "account: [unclosed\n", "account: contoso\n"])
def test_a_file_that_is_no_account_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^contoso\.yaml: "):
        load_account(write(tmp_path, text))
