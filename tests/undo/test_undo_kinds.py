"""Each kind of change goes back, as the database shows it and as the record says."""

from __future__ import annotations

from typing import Any

from entra_sync.undo import UndoResult
from tests.load.factory import Directory, Nights, change, entra_id
from tests.undo.conftest import Undo


def kept(result: UndoResult) -> list[tuple[str, str | None, str, str]]:
    return [(one.entity, one.label, one.field, one.code) for one in result.kept]


def test_a_new_user_is_deactivated_and_keeps_the_profile(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))

    result = undo(night.run_id)

    bob = nights.user("bob")
    assert (bob["status"], bob["display_name"], bob["email"]) == ("deactivated", "Bob", "bob@contoso.com")
    assert bob["deactivated_at"] is not None
    assert (result.counters.status, result.counters.users_deactivated, result.kept) == ("success", 1, ())
    (row,) = nights.changes()
    assert (row["action"], row["fields"]) == (
        "deactivate",
        {"status": ["ready_to_invite", "deactivated"], "reason": [None, f"undo:{night.run_id}"]},
    )
    assert nights.user("ann")["status"] == "ready_to_invite"


def test_a_leaver_gets_the_status_of_before(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann", "bob", "cleo"))
    nights.do("update peoplegoal.app_user set status = 'active' where email = 'ann@contoso.com'")
    nights.do("update peoplegoal.app_user set status = 'invited' where email = 'bob@contoso.com'")
    night = nights.run(Directory.of("dan"))

    result = undo(night.run_id)

    found = {name: nights.user(name) for name in ("ann", "bob", "cleo")}
    assert [row["status"] for row in found.values()] == ["active", "invited", "ready_to_invite"]
    assert {row["deactivated_at"] for row in found.values()} == {None}
    assert (result.counters.users_reactivated, result.counters.users_deactivated) == (3, 1)


def test_somebody_who_came_back_is_deactivated_with_the_old_address(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann", "bob"))
    nights.run(Directory.of("bob"))
    directory = Directory.of("bob")
    directory.add("ann", email="ann.new@contoso.com")
    night = nights.run(directory)
    assert night.users_reactivated == 1

    undo(night.run_id)

    ann = nights.user("ann")
    assert (ann["status"], ann["email"]) == ("deactivated", "ann@contoso.com")
    assert change(nights.changes(), "user", "deactivate", "ann")["fields"]["email"] == [
        "ann.new@contoso.com",
        "ann@contoso.com",
    ]


def test_a_link_and_the_profile_that_came_with_it(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("bob"))
    nights.do(
        "insert into peoplegoal.app_user (account_id, email, status)"
        " select id, 'ann@contoso.com', 'active' from peoplegoal.account"
    )
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    night = nights.run(directory)
    assert nights.user("ann")["status"] == "active"

    result = undo(night.run_id)

    (ann,) = nights.rows(
        "select * from peoplegoal.app_user u join peoplegoal.profile p on p.user_id = u.id"
        " where u.email = 'ann@contoso.com'"
    )
    assert (ann["entra_id"], ann["status"], ann["display_name"]) == (None, "active", None)
    assert nights.user("bob")["manager_id"] is None
    assert (result.counters.status, result.counters.users_updated) == ("success", 2)
    # And linked again: the object id means the same person, although nobody has it now.
    again = undo(result.counters.run_id)
    assert (nights.user("ann")["display_name"], nights.user("bob")["manager"]) == ("Ann", entra_id("ann"))
    assert change(nights.changes(), "user", "link", "ann")["fields"] == {"entra_id": [None, entra_id("ann")]}
    assert again.kept == ()


def profile(nights: Nights, name: str) -> dict[str, Any]:
    row = nights.user(name)
    return {key: row[key] for key in ("job_title", "department", "hire_date", "custom_fields", "manager", "email")}


def test_an_address_a_profile_its_custom_fields_and_manager(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.columns = (*directory.columns, "hire_date")
    ann = directory.people["ann"]
    ann.manager, ann.custom = "bob", {"site": "B1", "floor": 3, "badge": None}
    ann.values |= {"job_title": "Clerk", "department": None}
    nights.run(directory)
    nights.do("update peoplegoal.profile set custom_fields = custom_fields || '{\"own\": [1]}'")
    before = profile(nights, "ann")
    ann.manager, ann.custom, ann.email = "cleo", {"site": "B2", "floor": None, "badge": "x"}, "a@contoso.com"
    ann.values |= {"job_title": None, "department": "Sales"}
    night = nights.run(directory)
    assert profile(nights, "ann") != before

    result = undo(night.run_id)

    assert profile(nights, "ann") == before
    assert before["custom_fields"] == {"site": "B1", "floor": 3, "own": [1]}
    fields = change(nights.changes(), "profile", "update", "ann")["fields"]
    assert fields["manager"] == [entra_id("cleo"), entra_id("bob")]
    assert fields["custom.floor"] == [None, 3]
    assert (result.counters.status, result.counters.users_updated) == ("success", 1)


def test_a_manager_whom_peoplegoal_chose_without_an_object_id(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    nights.do(
        "with own as (insert into peoplegoal.app_user (account_id, email, status)"
        " select id, 'own@contoso.com', 'active' from peoplegoal.account returning id)"
        " update peoplegoal.profile set manager_id = own.id from own where display_name = 'Ann'"
    )
    before = nights.user("ann")["manager_id"]
    directory.people["ann"].manager = "bob"
    night = nights.run(directory)

    result = undo(night.run_id)

    assert nights.user("ann")["manager_id"] == before
    assert nights.user("ann")["manager"] is None
    undo(result.counters.run_id)
    assert nights.user("ann")["manager"] == entra_id("bob")


def team(nights: Nights, name: str) -> dict[str, Any]:
    (row,) = nights.rows(
        "select t.name, t.description, t.email, t.status, u.entra_id::text as lead from peoplegoal.team t"
        " left join peoplegoal.app_user u on u.id = t.lead_id where t.entra_id = %s and t.kind = 'group'",
        entra_id(name),
    )
    return row


def test_a_new_team_is_archived_without_members(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann")
    nights.run(directory)
    directory.group("sales", "ann")
    night = nights.run(directory)

    result = undo(night.run_id)

    assert (team(nights, "sales")["status"], nights.members("sales")) == ("archived", {})
    assert (result.counters.teams_archived, result.counters.members_removed) == (1, 1)
    assert change(nights.changes(), "team_member", "remove", "ann")["fields"] == {
        "role": ["member", None],
        "team": ["sales", None],
    }


def test_a_team_is_as_it_was(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    nights.config = {"teams": {"from_groups": {"lead": "owner"}}}
    directory.group("sales", "ann", "bob", description="Old", email="s@contoso.com", owner="ann")
    nights.run(directory)
    before, members = team(nights, "sales"), nights.members("sales")
    group = directory.groups["sales"]
    group.description, group.email, group.owner = "New", None, "bob"
    night = nights.run(directory)
    assert (team(nights, "sales")["lead"], nights.members("sales")) != (before["lead"], members)

    result = undo(night.run_id)

    assert (team(nights, "sales"), nights.members("sales")) == (before, members)
    assert members == {entra_id("ann"): "lead", entra_id("bob"): "member"}
    assert (result.counters.status, result.counters.teams_updated) == ("success", 1)


def test_an_archived_team_is_back_with_its_members(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    members = nights.members("sales")
    del directory.groups["sales"]
    night = nights.run(directory)
    assert (team(nights, "sales")["status"], nights.members("sales")) == ("archived", {})

    result = undo(night.run_id)

    assert (team(nights, "sales")["status"], nights.members("sales")) == ("active", members)
    assert (result.counters.teams_updated, result.counters.members_added) == (1, 2)
    assert change(nights.changes(), "team", "reactivate", "sales")["fields"] == {"status": ["archived", "active"]}


def test_a_team_that_came_back_with_another_description_is_archived_with_the_old_one(
    nights: Nights, undo: Undo
) -> None:
    directory = Directory.of("ann")
    group = directory.group("sales", "ann", description="Old")
    nights.run(directory)
    del directory.groups["sales"]
    nights.run(directory)
    before = team(nights, "sales")
    directory.groups["sales"], group.description = group, "New"
    night = nights.run(directory)

    undo(night.run_id)

    assert team(nights, "sales") == before
    assert before["status"] == "archived"


def test_every_row_that_went_back_is_reverted_and_the_others_are_not(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann", "bob"))
    directory = Directory.of("ann", "cleo")
    directory.people["ann"].values["job_title"] = "Lead"
    night = nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'invited' where email = 'cleo@contoso.com'")

    result = undo(night.run_id)

    assert kept(result) == [("user", "Cleo", "status", "undo_changed_since")]
    assert result.counters.status == "partial"
    rows = nights.rows("select entity, action, label, status from sync.change where run_id = %s", night.run_id)
    assert {(row["entity"], row["action"], row["label"]): row["status"] for row in rows} == {
        ("user", "create", "Cleo"): "applied",
        ("profile", "create", "Cleo"): "applied",
        ("user", "deactivate", "Bob"): "reverted",
        ("profile", "update", "Ann"): "reverted",
    }
    assert nights.user("cleo")["status"] == "invited"
