"""What somebody changed since stays and is listed; addresses; what is refused; the undo's own row."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.errors import EntraSyncError
from entra_sync.undo import UndoResult
from tests.load.factory import Directory, Nights, entra_id, kinds
from tests.undo.conftest import Undo

CHANGED, TAKEN = "undo_changed_since", "undo_address_taken"


def kept(result: UndoResult) -> list[tuple[str, str | None, str, str]]:
    return [(one.entity, one.label, one.field, one.code) for one in result.kept]


def test_a_field_that_a_later_night_changed_stays_and_the_others_go_back(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann")
    ann = directory.people["ann"]
    ann.values |= {"job_title": "A", "department": "A"}
    nights.run(directory)
    ann.values |= {"job_title": "B", "department": "B"}
    night = nights.run(directory)
    ann.values["job_title"] = "C"
    nights.run(directory)

    result = undo(night.run_id)

    assert (nights.user("ann")["job_title"], nights.user("ann")["department"]) == ("C", "A")
    assert kept(result) == [("profile", "Ann", "job_title", CHANGED)]
    assert result.counters.status == "partial"
    (issue,) = nights.issues()
    assert (issue["severity"], issue["step"], issue["code"]) == ("warning", "undo", CHANGED)
    assert (issue["entity"], issue["entra_id"], issue["label"], issue["field"]) == (
        "profile",
        entra_id("ann"),
        "Ann",
        "job_title",
    )
    assert issue["hint"]
    # What stands of the change keeps it applied; asked again, nothing is written.
    before = nights.everything()
    again = undo(night.run_id)
    assert (again.counters.status, kept(again), nights.changes()) == ("partial", kept(result), [])
    assert nights.everything() == before


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ("update peoplegoal.app_user set status = 'invited'", [("user", "Ann", "status", CHANGED)]),
        (
            "update peoplegoal.app_user set entra_id = gen_random_uuid()",
            [("user", "Ann", "status", CHANGED)],
        ),
        ("update peoplegoal.profile set job_title = 'Own'", []),
        ("update peoplegoal.team set status = 'archived'", []),
        ("update peoplegoal.team_member set role = 'lead'", [("team_member", "Ann", "role", CHANGED)]),
        ("delete from peoplegoal.team_member", []),
    ],
)
def test_what_peoplegoal_did_with_somebody_new_stays(
    nights: Nights, undo: Undo, change: str, listed: list[Any]
) -> None:
    directory = Directory.of("ann")
    directory.group("sales", "ann")
    night = nights.run(directory)
    nights.do(change)

    assert kept(undo(night.run_id)) == listed


def test_the_address_of_somebody_who_has_accepted_the_invitation_stays(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann", "bob"))
    nights.run(Directory.of("bob"))
    directory = Directory.of("bob")
    directory.add("ann", email="new@contoso.com")
    night = nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'active' where email = 'new@contoso.com'")

    result = undo(night.run_id)

    assert (nights.user("ann")["status"], nights.user("ann")["email"]) == ("active", "new@contoso.com")
    assert kept(result) == [("user", "Ann", "email", CHANGED), ("user", "Ann", "status", CHANGED)]


def test_a_swap_of_addresses_goes_back(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    nights.run(directory)
    people = directory.people
    people["ann"].email, people["bob"].email, people["cleo"].email = (
        f"{name}@contoso.com" for name in ("bob", "cleo", "ann")
    )
    night = nights.run(directory)

    result = undo(night.run_id)

    assert {name: nights.user(name)["email"] for name in people} == {n: f"{n}@contoso.com" for n in people}
    assert (result.counters.status, result.counters.users_updated) == ("success", 3)


def test_an_address_that_somebody_else_has_by_now_and_those_who_wait_for_it(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    nights.run(directory)
    directory.people["ann"].email = "x@contoso.com"
    directory.people["bob"].email = "ann@contoso.com"
    night = nights.run(directory)
    directory.people["cleo"].email = "bob@contoso.com"
    nights.run(directory)
    before = nights.everything()

    result = undo(night.run_id)

    # Bob's old address is Cleo's; so Bob keeps Ann's, and Ann keeps hers.
    assert kept(result) == [("user", "Ann", "email", TAKEN), ("user", "Bob", "email", TAKEN)]
    assert (result.counters.status, nights.changes()) == ("partial", [])
    assert nights.everything() == before


def test_a_leaver_whose_address_somebody_else_has_by_now_stays_deactivated(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.group("sales", "ann", "cleo")
    directory.people["bob"].manager = "ann"
    nights.run(directory)
    smaller = Directory.of("bob")
    smaller.group("sales")
    night = nights.run(smaller)
    smaller.add("dan", email="ann@contoso.com")
    nights.run(smaller)

    result = undo(night.run_id)

    assert nights.user("ann")["status"] == "deactivated"
    assert nights.user("cleo")["status"] == "ready_to_invite"
    assert nights.members("sales") == {entra_id("cleo"): "member"}
    assert nights.user("bob")["manager_id"] is None
    assert kept(result) == [
        ("user", "Ann", "status", TAKEN),
        ("profile", "Bob", "manager", CHANGED),
        ("team_member", "Ann", "role", CHANGED),
        ("team_member", "Ann", "role", CHANGED),
    ]
    assert all("@" not in one.message and "Ann" not in one.message for one in result.kept)


def test_a_leaver_who_is_back_already_is_not_listed(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann", "bob"))
    night = nights.run(Directory.of("ann"))
    nights.run(Directory.of("ann", "bob"))
    before = nights.everything()

    result = undo(night.run_id)

    assert (result.counters.status, result.kept, nights.everything()) == ("no_changes", (), before)


def test_an_object_id_that_another_user_has_by_now_is_not_given_twice(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("bob"))
    nights.do(
        "insert into peoplegoal.app_user (account_id, email, status)"
        " select id, 'ann@contoso.com', 'active' from peoplegoal.account"
    )
    linked = nights.run(Directory.of("ann", "bob"))
    unlinked = undo(linked.run_id)
    nights.do("update peoplegoal.app_user set email = 'other@contoso.com' where entra_id is null")
    nights.run(Directory.of("ann", "bob"))

    result = undo(unlinked.counters.run_id)

    assert ("user", "Ann", "entra_id", CHANGED) in kept(result)
    assert nights.user("ann")["email"] == "ann@contoso.com"


def test_a_dry_run_writes_nothing_but_its_own_rows(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    night = nights.run(Directory.of("ann", "cleo"))
    nights.do("update peoplegoal.app_user set status = 'invited' where email = 'cleo@contoso.com'")
    changes = nights.changes()
    before = nights.everything()

    planned = undo(night.run_id, dry_run=True)

    assert nights.everything() == before
    assert {status for *_, status in kinds(nights.changes())} == {"dry_run"}
    assert nights.rows("select seq, status from sync.change where run_id = %s order by seq", night.run_id) == [
        {"seq": row["seq"], "status": row["status"]} for row in changes
    ]
    real = undo(night.run_id)
    assert {**vars(planned.counters), "run_id": 0} == {**vars(real.counters), "run_id": 0}
    assert planned.kept == real.kept
    assert kept(real) == [("user", "Cleo", "status", CHANGED)]


def test_the_row_of_an_undo(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    state = nights.rows("select * from sync.account_state")

    result = undo(night.run_id)

    run = nights.last()
    assert (run["id"], run["undoes"]) == (result.counters.run_id, night.run_id)
    assert (run["mode"], run["mode_reason"]) == ("replay", f"undo of run {night.run_id}")
    assert (run["run_type"], run["dag_id"], run["status"]) == ("manual", "entra_sync_contoso", "success")
    assert run["dag_run_id"].startswith(f"undo__{night.run_id}__")
    assert (run["snapshot_uri"], run["as_of"]) == (None, None)
    assert run["finished_at"] is not None
    assert nights.rows("select * from sync.account_state") == state
    assert nights.rows("select * from sync.lease") == []
    (counted,) = nights.rows("select * from sync.run_count where run_id = %s", run["id"])
    assert {name: run[name] for name in counted if name != "run_id"} == {
        name: counted[name] for name in counted if name != "run_id"
    }


def test_a_second_undo_has_nothing_to_do(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    undo(night.run_id)
    before = nights.everything()

    again = undo(night.run_id)

    assert (again.counters.status, nights.changes(), nights.everything()) == ("no_changes", [], before)


def test_the_next_sync_brings_the_directory_again(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("bob"))
    undo(night.run_id)
    assert nights.user("ann")["status"] == "ready_to_invite"

    nights.run(Directory.of("bob"))

    assert (nights.user("ann")["status"], nights.user("bob")["status"]) == ("deactivated", "ready_to_invite")


def test_a_run_that_wrote_nothing_has_nothing_to_undo(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann"))
    assert night.status == "no_changes"

    assert undo(night.run_id).counters.status == "no_changes"


def test_what_cannot_be_undone_is_refused_before_anything_is_written(nights: Nights, undo: Undo) -> None:
    loaded = nights.run(Directory.of("ann"))
    dry = nights.run(Directory.of("ann", "bob"), dry_run=True)
    running = nights.open()
    refused = {
        99: ({}, "There is no run 99"),
        loaded.run_id: ({"account": "fabrikam"}, "is of the account contoso, not of fabrikam"),
        dry.run_id: ({}, "was a dry run"),
        running.id: ({}, "is still running"),
    }

    for run_id, (options, said) in refused.items():
        with pytest.raises(EntraSyncError, match=said) as error:
            undo(run_id, **options)
        assert error.value.hint
    assert nights.last()["id"] == running.id
