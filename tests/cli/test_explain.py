"""``explain``: exit status, JSON, what is refused, and that nothing of it reaches a log."""

from __future__ import annotations

import io
import json

import pytest

from entra_sync.errors import PermissionMissing
from tests.cli.conftest import Command, attributes_of
from tests.e2e.conftest import Nights

SECTIONS = [
    "In Entra",
    "In scope: yes",
    "Checks",
    "Profile",
    "Manager and teams",
    "What run 1 did",
    "In PeopleGoal now",
]


def test_a_person_by_address_sign_in_name_or_id_in_any_case(nights: Nights, command: Command) -> None:
    person = attributes_of(nights)
    answers = {command("explain", person[name].upper())[:2] for name in ("mail", "userPrincipalName", "id")}

    ((status, said),) = answers
    assert status == 0
    assert said.startswith(f"{person['displayName']}  {person['id']}\n")
    headings = [line for line in said.splitlines() if line and not line.startswith(" ")]
    assert [line for line in headings if line in SECTIONS] == SECTIONS


def test_the_name_is_read_from_the_input_where_no_list_of_processes_shows_it(
    nights: Nights, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = attributes_of(nights)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{person['mail']}\n"))

    assert command("explain", "-") == command("explain", person["mail"])


def test_json_holds_all_of_it(nights: Nights, command: Command) -> None:
    person = attributes_of(nights)

    status, said, _ = command("explain", person["id"], "--json")

    answer = json.loads(said)
    assert (status, answer["answer"], answer["entra_id"]) == (0, "explanation", person["id"])
    fields = {field["name"]: field for field in answer["directory"]["fields"]}
    assert fields["job_title"]["value"] == person["jobTitle"]
    assert fields["job_title"]["attributes"] == [{"path": "jobTitle", "value": person["jobTitle"]}]
    assert answer["match"]["kind"] == "created"
    assert answer["present"]["status"] == "ready_to_invite"


def test_nobody_is_meant(command: Command) -> None:
    status, said, errors = command("explain", "nobody@contoso.com")

    assert (status, errors) == (1, "")
    assert said.startswith("Nobody is known as nobody@contoso.com.")
    assert json.loads(command("explain", "nobody@contoso.com", "--json")[1])["answer"] == "nobody"


def test_an_address_that_is_nearly_right_is_offered(nights: Nights, command: Command) -> None:
    address = attributes_of(nights)["userPrincipalName"]

    assert f"perhaps     {address}" in command("explain", f"{address[:-1]}n")[1]


def test_several_people_are_listed_by_id(nights: Nights, command: Command) -> None:
    company = nights.tenant.company
    same = [company.add_user(displayName=f"Same {n}", mail="same@contoso.com") for n in range(2)]
    nights.run()

    status, said, _ = command("explain", "SAME@contoso.com")

    assert status == 1
    assert all(one in said for one in same)
    assert command("explain", same[0])[0] == 0


def test_a_run_can_be_chosen(nights: Nights, command: Command) -> None:
    person = attributes_of(nights)
    nights.tenant.company.update_user(person["id"], jobTitle="Brand new title")
    nights.run()

    before, now = (command("explain", person["id"], *run)[1] for run in (("--run", "1"), ()))

    assert "Brand new title" not in before.partition("In PeopleGoal now")[0]
    assert 'differs   job_title: "Brand new title"' in before
    assert "differs" not in now
    assert '"Brand new title"' in now.partition("What run 2 did")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--run", "99"], "There is no run 99"),
        (["--account", "other"], "There is no account 'other'"),
    ],
)
def test_what_cannot_be_explained_says_what_to_do(command: Command, arguments: list[str], said: str) -> None:
    status, output, errors = command("explain", "ann@contoso.com", *arguments)

    assert (status, output) == (1, "")
    assert errors.startswith(f"error: {said}")


def test_a_run_that_read_nothing_has_nothing_to_explain(nights: Nights, command: Command) -> None:
    nights.tenant.settings.consent = False
    with pytest.raises(PermissionMissing):
        nights.run(mode="full")

    _, _, errors = command("explain", attributes_of(nights)["id"], "--run", "2")

    assert "Run 2 failed while it read the directory" in errors
    assert command("explain", attributes_of(nights)["id"])[0] == 0


def test_with_several_accounts_one_has_to_be_named(nights: Nights, command: Command) -> None:
    accounts = {"other.yaml": "account: other\nname: Other Ltd\n"}
    person = attributes_of(nights)["id"]

    status, _, errors = command("explain", person, accounts=accounts)

    assert status == 1
    assert "contoso, other" in errors
    assert command("explain", person, "--account", "contoso")[0] == 0
    assert "No snapshot of the account other" in command("explain", person, "--account", "other")[2]
    assert "is of the account contoso" in command("explain", person, "--account", "other", "--run", "1")[2]


def test_nothing_of_it_reaches_a_log(nights: Nights, command: Command, caplog: pytest.LogCaptureFixture) -> None:
    person = attributes_of(nights)
    caplog.clear()
    caplog.set_level("DEBUG")

    _, said, errors = command("explain", person["mail"])

    assert person["displayName"] in said
    assert errors == ""
    assert person["displayName"] not in caplog.text
    assert person["mail"] not in caplog.text
