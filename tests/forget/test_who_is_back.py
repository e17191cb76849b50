"""Who is back is not erased; who is forgotten although their account is enabled comes back as a joiner."""

from __future__ import annotations

import sys
import threading
from typing import Any

import psycopg
import pytest

from entra_sync import pipeline
from entra_sync.db import connect, statement
from entra_sync.errors import EntraSyncError
from entra_sync.forget import Person, find_person, forget, forget_unfinished
from entra_sync.forget.files import LABEL, TEAM_NAME
from entra_sync.forget.forget import ROWS
from tests.forget.conftest import MARK, Case

EXCLUDED = "Not in PeopleGoal"


def in_peoplegoal(case: Case, person: str) -> tuple[str, str | None] | None:
    """Status and name of a person."""
    found = case.nights.rows(
        "select u.status, p.display_name from peoplegoal.app_user u join peoplegoal.profile p on p.user_id = u.id"
        " where u.entra_id = %s",
        person,
    )
    return (found[0]["status"], found[0]["display_name"]) if found else None


def told(case: Case, person: str) -> list[dict[str, Any]]:
    """What the history has of a person, by the runs of the directory."""
    return case.nights.rows(
        "select run_id, seq, label, fields from sync.change where entra_id = %s order by run_id, seq", person
    )


def out_of_scope(case: Case) -> str:
    """The person is enabled, and an excluded group makes them leave; gives the group."""
    group = case.nights.tenant.company.add_group(displayName=EXCLUDED)
    case.nights.config = {
        "mapping": case.nights.config["mapping"],
        "scope": {"groups": {"exclude": [EXCLUDED]}},
    }
    case.nights.run()
    case.nights.tenant.company.add_member(group, case.person)
    case.nights.run()
    assert in_peoplegoal(case, case.person) == ("deactivated", f"{MARK} displayName")
    assert case.nights.last_run()["mode"] == "incremental"
    return group


class Waiting(threading.Thread):
    """A person is forgotten while a night works on the account; ``said``: the error, if there is one."""

    def __init__(self, case: Case, person: Person) -> None:
        super().__init__()
        self.case, self.person = case, person
        self.waits = threading.Event()
        self.said: EntraSyncError | None = None

    def run(self) -> None:
        try:
            forget(self.case.nights.url, self.case.store, self.person, self.waits.set, by="tester", poll_s=0.05)
        except EntraSyncError as error:
            self.said = error


def forgotten_during_a_night(case: Case, person: str) -> EntraSyncError | None:
    """A night has begun; it is waited for, and it is the last word about the person."""
    nights = case.nights
    nights.nights += 1
    ref = nights.ref()
    pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=False, day=nights.day)
    waiting = Waiting(case, find_person(nights.url, "contoso", person))
    waiting.start()
    assert waiting.waits.wait(60)
    nights.steps(ref)
    waiting.join(60)
    return waiting.said


def test_who_is_back_while_the_erasure_waits_is_not_erased(case: Case) -> None:
    case.leave()
    case.nights.tenant.company.enable(case.person)

    said = forgotten_during_a_night(case, case.person)

    assert said is not None
    assert "ready_to_invite in PeopleGoal, not deactivated" in str(said)
    assert in_peoplegoal(case, case.person) == ("ready_to_invite", f"{MARK} displayName")
    assert LABEL not in {row["label"] for row in told(case, case.person)}
    assert case.nights.rows("select * from sync.forgotten") == []
    refused = case.nights.last_run()
    assert (refused["status"], refused["mode_reason"]) == ("failed", "forget")
    assert MARK.lower() not in str(refused).lower()
    assert case.nights.run() == "no_changes"


def test_a_newcomer_who_is_created_while_the_erasure_waits_is_not_erased(case: Case) -> None:
    new = case.nights.tenant.company.add_user(displayName="Qponml Newcomer", mail="qponml@contoso.com")

    said = forgotten_during_a_night(case, new)

    assert said is not None
    assert "not deactivated" in str(said)
    assert in_peoplegoal(case, new) == ("ready_to_invite", "Qponml Newcomer")
    assert case.nights.run() == "no_changes"


def test_who_peoplegoal_brings_back_meanwhile_keeps_profile_and_history(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.leave()
    history = told(case, case.person)

    def erase(*_: Any) -> dict[str, int]:
        with psycopg.connect(case.nights.url) as connection:
            connection.execute("update peoplegoal.app_user set status = 'active' where entra_id = %s", [case.person])
        return {}

    # The package has a function of the module's name.
    monkeypatch.setattr(sys.modules["entra_sync.forget.forget"], "erase_files", erase)
    with pytest.raises(EntraSyncError, match="active in PeopleGoal, not deactivated"):
        case.forget()

    assert in_peoplegoal(case, case.person) == ("active", f"{MARK} displayName")
    assert told(case, case.person) == history


def test_what_broke_off_is_not_gone_on_with_after_they_were_back(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.leave()

    def full(*_: Any) -> Any:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["entra_sync.forget.forget"], "_erase_rows", full)
        with pytest.raises(OSError, match="full"):
            case.forget()
    case.nights.tenant.company.enable(case.person)
    case.nights.run()
    case.leave()

    assert forget_unfinished(case.nights.url, case.store, "contoso") == []

    assert in_peoplegoal(case, case.person) == ("deactivated", f"{MARK} displayName")
    case.forget()
    assert case.places() == []


@pytest.mark.parametrize("name", ROWS)
def test_no_statement_erases_somebody_who_is_not_deactivated(case: Case, name: str) -> None:
    (account,) = case.nights.rows("select id from peoplegoal.account")
    values = {"account_id": account["id"], "entra_id": case.person, "label": LABEL, "team_name": TEAM_NAME}
    before = case.places()

    with connect(case.nights.url) as connection:
        assert connection.execute(statement(f"forget/{name}"), values).rowcount == 0

    assert case.places() == before


@pytest.mark.parametrize("between", [0, 1])
def test_who_comes_into_scope_by_a_group_again_is_there_again(case: Case, between: int) -> None:
    group = out_of_scope(case)
    case.forget()
    for _ in range(between):
        assert case.nights.run() == "no_changes"
        assert in_peoplegoal(case, case.person) == ("deactivated", None)

    case.nights.tenant.company.remove_member(group, case.person)
    case.nights.run()

    assert case.nights.last_run()["mode"] == "incremental"
    assert in_peoplegoal(case, case.person) == ("ready_to_invite", f"{MARK} displayName")
    assert case.nights.run() == "no_changes"


def test_a_full_reading_takes_no_erased_row_for_drift(case: Case) -> None:
    out_of_scope(case)
    case.forget()

    case.nights.run(mode="full")

    assert "drift_healed" not in {row["code"] for row in case.nights.issues()}
    assert in_peoplegoal(case, case.person) == ("deactivated", None)


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_who_leaves_the_directory_after_that_stays_forgotten(case: Case, how: str) -> None:
    out_of_scope(case)
    case.forget()
    company = case.nights.tenant.company
    company.disable(case.person) if how == "disabled" else company.delete_user(case.person)

    for mode in ("auto", "auto", "full"):
        case.nights.run(mode=mode)
        assert case.places() == []
    assert in_peoplegoal(case, case.person) == ("deactivated", None)


def test_a_newcomer_whom_a_limit_holds_comes_the_next_night(case: Case) -> None:
    nights = case.nights
    nights.config = {**nights.config, "guards": {"max_creations": {"count": 0}}}
    new = nights.tenant.company.add_user(displayName="Qponml Newcomer", mail="qponml@contoso.com")
    assert nights.run() == "held"
    case.forget(new)
    assert case.places("Qponml") == []

    assert nights.run() == "held"
    assert nights.last_run()["mode"] == "incremental"
    nights.config = {**nights.config, "guards": {}}
    nights.run()

    assert in_peoplegoal(case, new) == ("ready_to_invite", "Qponml Newcomer")
