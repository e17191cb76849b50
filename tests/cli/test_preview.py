"""``preview``: people and fields by name, limits, exit status, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, attributes_of
from tests.e2e.conftest import Nights

EDITED = "account: contoso\nname: Contoso Ltd\nmapping: {job_title: {from: jobTitle, lower: true}}\n"


@pytest.fixture
def edited(tmp_path: Path) -> str:
    file = tmp_path / "edited.yaml"
    file.write_text(EDITED, encoding="utf-8")
    return str(file)


def test_it_names_people_and_fields(nights: Nights, command: Command, edited: str) -> None:
    person = attributes_of(nights)

    status, said, _ = command("preview", "--account", "contoso", "--config", edited)

    assert status == 0
    assert said.startswith("edited.yaml against the directory as run 1 read it on ")
    assert f"  {person['displayName']}  {person['id']}\n" in said
    assert f'      job_title "{person["jobTitle"]}" -> "{person["jobTitle"].lower()}"\n' in said
    assert "limits     all hold" in said


def test_the_file_in_use_changes_nothing_after_a_run(command: Command) -> None:
    status, said, _ = command("preview")

    assert status == 0
    assert "people     0 created, 0 linked, 0 back, 0 deactivated, 0 updated, 0 held, 0 rejected" in said
    assert "\nPeople" not in said


def test_a_change_of_role_names_the_team(nights: Nights, command: Command) -> None:
    (team,) = nights.rows(
        "with one as (select member.team_id, member.user_id from peoplegoal.team_member as member"
        " join peoplegoal.team as team on team.id = member.team_id"
        " where team.kind = 'manager' and member.role = 'member' limit 1)"
        " update peoplegoal.team_member as member set role = 'lead' from one, peoplegoal.team as team"
        " where (member.team_id, member.user_id) = (one.team_id, one.user_id) and team.id = one.team_id"
        " returning team.name"
    )

    _, said, _ = command("preview")

    assert f'in the team "{team["name"]}": lead -> member' in said


def test_the_limit_says_how_many_more(command: Command, edited: str) -> None:
    every = json.loads(command("preview", "--config", edited, "--json")[1])
    status, said, _ = command("preview", "--config", edited, "--limit", "2")

    people = {change["entra_id"] for change in every["changes"]}
    assert status == 0
    assert f"and {len(people) - 2} more: --limit {len(people)} names all" in said
    assert len(json.loads(command("preview", "--config", edited, "--json", "--limit", "2")[1])["changes"]) == 2


def test_json_counts_and_names(command: Command, edited: str) -> None:
    status, said, _ = command("preview", "--config", edited, "--json")

    found = json.loads(said)
    assert status == 0
    assert found["counts"]["people"]["updated"] == len(found["changes"]) > 0
    assert {name for change in found["changes"] for name in change["fields"]} == {"job_title"}
    assert (found["run_id"], found["held"], found["blocked"], found["left_out"]) == (1, [], [], {})


def test_a_limit_that_would_break_is_a_failure(nights: Nights, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "strict.yaml"
    guards = "guards: {max_deactivations: {count: 0, percent: null}}\n"
    person = attributes_of(nights, 5)["displayName"]
    scope = f"scope: {{filter: [{{attribute: displayName, equals: {json.dumps(person)}, not: true}}]}}\n"
    file.write_text(f"account: contoso\nname: Contoso Ltd\n{guards}{scope}", encoding="utf-8")

    status, said, _ = command("preview", "--config", str(file))

    assert status == 1
    assert "LIMIT" in said
    assert "guards.max_deactivations is 0 people" in said
    assert "deactivated: out of scope: no item of scope.filter holds" in said


def test_checks_that_would_stop_the_run_are_a_failure(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "nobody.yaml"
    scope = "scope: {filter: [{attribute: department, in: [Nowhere]}]}"
    file.write_text(f"account: contoso\nname: Contoso Ltd\n{scope}\n", encoding="utf-8")

    status, said, _ = command("preview", "--config", str(file))

    assert status == 1
    assert "STOPPED    the checks would stop the run" in said
    assert json.loads(command("preview", "--config", str(file), "--json")[1])["changes"] == []


def test_a_file_of_another_account_is_refused(command: Command, edited: str) -> None:
    status, _, errors = command("preview", "--account", "other", "--config", edited)

    assert status == 1
    assert "is the file of the account contoso, not other" in errors
