"""What a value of before needs to come back: the manager, the lead, the member, the team."""

from __future__ import annotations

from typing import Any

from tests.load.factory import Directory, Nights, entra_id
from tests.undo.conftest import Undo

OWNERS = {"teams": {"from_groups": {"lead": "owner"}}}


def lead(nights: Nights, name: str) -> dict[str, Any]:
    (row,) = nights.rows(
        "select t.status, u.entra_id::text as lead from peoplegoal.team t"
        " left join peoplegoal.app_user u on u.id = t.lead_id where t.entra_id = %s",
        entra_id(name),
    )
    return row


def test_what_a_run_withheld_is_not_undone_although_a_later_run_did_it(nights: Nights, undo: Undo) -> None:
    nights.config = {"guards": {"protected": ["bob@contoso.com"], "max_deactivations": None}}
    nights.run(Directory.of("ann", "bob"))
    held = nights.run(Directory.of("ann"))
    nights.config = {}
    later = nights.run(Directory.of("ann"))
    assert (held.users_held, later.users_deactivated) == (1, 1)

    result = undo(held.run_id)

    assert (result.counters.status, nights.user("bob")["status"]) == ("no_changes", "deactivated")


def test_a_manager_who_has_left_is_not_given_back(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["ann"].manager = "bob"
    nights.run(directory)
    directory.people["ann"].manager = "cleo"
    night = nights.run(directory)
    del directory.people["bob"]
    nights.run(directory)

    result = undo(night.run_id)

    assert ("profile", "manager") in [(one.entity, one.field) for one in result.kept]
    assert nights.user("ann")["manager"] == entra_id("cleo")


def test_somebody_who_leaves_again_has_the_manager_of_before_although_that_one_has_left(
    nights: Nights, undo: Undo
) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["ann"].manager = "bob"
    nights.run(directory)
    nights.run(Directory.of("cleo"))
    back = Directory.of("ann", "cleo")
    back.people["ann"].manager = "cleo"
    night = nights.run(back)

    result = undo(night.run_id)

    assert result.kept == ()
    assert (nights.user("ann")["status"], nights.user("ann")["manager"]) == ("deactivated", entra_id("bob"))


def test_an_archived_team_has_the_lead_of_before_although_that_one_has_left(nights: Nights, undo: Undo) -> None:
    nights.config = OWNERS
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob", owner="ann")
    nights.run(directory)
    nights.run(Directory.of("bob"))
    before = lead(nights, "sales")
    back = Directory.of("bob")
    back.group("sales", "bob", owner="bob")
    night = nights.run(back)

    result = undo(night.run_id)

    assert result.kept == ()
    assert lead(nights, "sales") == before == {"status": "archived", "lead": entra_id("ann")}


def test_a_lead_who_has_left_is_not_given_back(nights: Nights, undo: Undo) -> None:
    nights.config = OWNERS
    directory = Directory.of("ann", "bob")
    directory.group("sales", "bob", owner="ann")
    nights.run(directory)
    directory.groups["sales"].owner = "bob"
    night = nights.run(directory)
    del directory.people["ann"]
    nights.run(directory)

    result = undo(night.run_id)

    assert ("team", "lead") in [(one.entity, one.field) for one in result.kept]
    assert lead(nights, "sales") == {"status": "active", "lead": entra_id("bob")}


def test_nobody_is_put_into_a_team_that_was_archived_since(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    directory.groups["sales"].members = ["ann"]
    night = nights.run(directory)
    del directory.groups["sales"]
    nights.run(directory)
    before = nights.everything()

    result = undo(night.run_id)

    assert [(one.entity, one.label, one.field) for one in result.kept] == [("team_member", "Bob", "role")]
    assert nights.everything() == before
