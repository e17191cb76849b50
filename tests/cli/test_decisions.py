"""``decisions``: what is listed, named and answered, on a tenant that was synced over Graph."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, attributes_of
from tests.e2e.conftest import Nights

LIMIT = {"guards": {"max_deactivations": {"count": 1}, "max_team_loss": None}}


@pytest.fixture
def held(nights: Nights, tmp_path: Path) -> list[str]:
    """Names of three people whom run 2 holds."""
    people = [attributes_of(nights, number) for number in (-1, -2, -3)]
    nights.config = LIMIT
    for person in people:
        nights.tenant.company.delete_user(person["id"])
    assert nights.run() == "held"
    return [person["displayName"] for person in people]


def test_nothing_waits_before_anything_was_held(command: Command) -> None:
    assert command("decisions")[:2] == (0, "Nothing waits for an answer.\n")
    assert "holds nothing" in command("decisions", "approve", "1")[2]


def test_what_waits_is_listed_and_named(command: Command, held: list[str]) -> None:
    status, said, _ = command("decisions")

    assert status == 0
    assert "run 2 of contoso: 3 of 2" in said
    assert "waits for an answer until" in said
    assert not any(name in said for name in held)
    shown = command("decisions", "show", "2")[1]
    for name in held:
        assert f"{name}  deactivated: no longer in the directory" in shown


def test_an_approval_is_applied_by_the_next_run(nights: Nights, command: Command, held: list[str]) -> None:
    status, said, _ = command("decisions", "approve", "2")

    assert status == 0
    assert f"approved by {getpass.getuser()}" in said
    assert "make sync ACCOUNT=contoso MODE=replay" in said
    assert nights.run() == "success"
    assert nights.last_run()["users_deactivated"] == 3
    assert "applied by run 3" in command("decisions", "--all")[1]
    assert "applied by run 3" in command("decisions", "reject", "2")[2]


def test_a_rejection_leaves_everybody(nights: Nights, command: Command, held: list[str]) -> None:
    assert "nobody is asked again" in command("decisions", "reject", "2")[1]

    assert nights.run() == "partial"
    assert nights.last_run()["users_held"] == 3
    assert "Nothing waits" in command("decisions")[1]
    approved = command("decisions", "approve", "3")[1]
    assert all(name in approved for name in held)
    assert nights.run() == "success"


@pytest.fixture
def held_twice(nights: Nights) -> None:
    """Run 2 holds three who would leave, decision 1, and three who would join, decision 2."""
    company, someone = nights.tenant.company, attributes_of(nights)
    for person in [attributes_of(nights, number) for number in (-1, -2, -3)]:
        company.delete_user(person["id"])
    for number in range(3):
        address = f"new{number}@contoso.com"
        own = {
            "displayName": f"New {number}",
            "mail": address,
            "userPrincipalName": address,
            "employeeId": f"N{number}",
        }
        company.add_user(**{key: value for key, value in someone.items() if key != "id"} | own)
    limits = {"max_deactivations": {"count": 1}, "max_creations": {"count": 1}, "max_team_loss": None}
    nights.config = {"guards": limits}
    assert nights.run() == "held"


@pytest.mark.parametrize(("before", "number"), [("too_many_deactivations", 1), ("too_many_creations", 2)])
def test_a_question_that_is_answered_keeps_no_other_open(
    nights: Nights, command: Command, held_twice: None, before: str, number: int
) -> None:
    assert command("decisions", "approve", "2", "--kind", before)[0] == 0

    status, said, errors = command("decisions", "approve", "2")

    assert status == 1
    assert f"decision  {3 - number}, approved by {getpass.getuser()}" in said
    assert f"decision  {number}," not in said
    assert errors.startswith(f"not answered: Decision {number} of the account contoso was approved by ")
    assert "Nothing waits" in command("decisions")[1]
    status, said, errors = command("decisions", "approve", "2", "--json")
    assert (status, said) == (1, "")
    assert errors.startswith("error: ")
    assert errors.count("was approved by") == 2
    assert nights.run() == "success"


def test_json_holds_all_names(command: Command, held: list[str]) -> None:
    (one,) = json.loads(command("decisions", "show", "2", "--json")[1])
    assert json.loads(command("decisions", "--json", "show", "2")[1]) == [json.loads(json.dumps(one))]

    assert (one["kind"], one["status"], one["items"]) == ("too_many_deactivations", "open", 3)
    assert sorted(row["label"] for row in one["held"]) == sorted(held)
    assert json.loads(command("decisions", "--json")[1])[0]["id"] == one["id"]


def test_another_kind_or_account_is_refused(command: Command, held: list[str]) -> None:
    assert "because of too_many_creations" in command("decisions", "approve", "2", "--kind", "too_many_creations")[2]
    assert "holds nothing" in command("decisions", "--account", "fabrikam", "approve", "2")[2]
