"""E-mail addresses: links, swaps, chains, conflicts; never a takeover."""

from __future__ import annotations

import pytest

from tests.load.factory import Directory, Nights, change, entra_id


def emails(nights: Nights) -> dict[str, str]:
    """Object id -> address of the users who are not deactivated."""
    found = nights.rows("select entra_id::text as id, email from peoplegoal.app_user where status <> 'deactivated'")
    return {row["id"]: row["email"] for row in found}


def expected(**addresses: str) -> dict[str, str]:
    """Name -> local part, as ``emails`` gives it."""
    return {entra_id(name): f"{local}@contoso.com" for name, local in addresses.items()}


def move(directory: Directory, **addresses: str) -> None:
    """Give people other addresses."""
    for name, local in addresses.items():
        directory.people[name].email = f"{local}@contoso.com"


def held(nights: Nights) -> set[tuple[str, str]]:
    """Action and person of what was held."""
    return {(c["action"], c["entra_id"]) for c in nights.changes() if c["status"] == "held"}


def test_somebody_who_was_in_peoplegoal_before_is_linked_by_address(nights: Nights) -> None:
    nights.run(Directory.of("zoe"))
    nights.do("insert into peoplegoal.app_user (account_id, email, status) values (1, 'ann@contoso.com', 'active')")
    nights.do(
        "insert into peoplegoal.profile (user_id, account_id, job_title, city) select id, 1, 'CEO', 'Rome'"
        " from peoplegoal.app_user where email = 'ann@contoso.com'"
    )

    result = nights.run(Directory.of("ann", "zoe"))

    ann = nights.user("ann")
    assert (ann["status"], ann["city"], ann["job_title"]) == ("active", "Rome", None)
    assert (result.users_created, result.users_updated) == (0, 1)
    linked = change(nights.changes(), "user", "link", "ann")
    assert linked["fields"] == {"entra_id": [None, entra_id("ann")]}
    assert nights.run(Directory.of("ann", "zoe")).status == "no_changes"


def test_a_manager_who_is_linked_is_no_change_for_their_reports(nights: Nights) -> None:
    directory = Directory.of("bob")
    nights.run(directory)
    nights.do("insert into peoplegoal.app_user (account_id, email, status) values (1, 'ann@contoso.com', 'active')")
    nights.do("update peoplegoal.profile set manager_id = (select max(id) from peoplegoal.app_user)")
    directory.add("ann")
    directory.people["bob"].manager = "ann"

    nights.run(directory)

    assert nights.user("bob")["manager"] == entra_id("ann")
    assert not [c for c in nights.changes() if (c["entity"], c["action"]) == ("profile", "update")]


def test_people_are_not_linked_when_the_account_matches_by_object_id_only(nights: Nights) -> None:
    nights.config = {"match": ["entra_id"], "guards": {"max_creations": None}}
    nights.run(Directory.of("zoe"))
    nights.do("insert into peoplegoal.app_user (account_id, email, status) values (1, 'ann@contoso.com', 'active')")

    result = nights.run(Directory.of("ann", "zoe"))

    assert (result.users_held, result.users_created, nights.codes()) == (1, 0, ["email_conflict"])


def test_a_known_address_on_a_new_id_is_a_conflict_while_the_old_one_is_present(nights: Nights) -> None:
    nights.run(Directory.of("ann"))
    before = nights.everything()
    directory = Directory.of("ann")
    directory.add("impostor", email="ann@contoso.com")

    result = nights.run(directory)

    assert (result.status, result.users_held, result.errors) == ("partial", 1, 1)
    assert nights.everything() == before
    assert held(nights) == {("create", entra_id("impostor"))}
    (issue,) = nights.issues()
    assert (issue["code"], issue["severity"], issue["entra_id"]) == ("email_conflict", "error", entra_id("impostor"))
    assert "@" not in issue["message"]
    assert entra_id("ann") in issue["message"]


@pytest.mark.parametrize("same_night", [True, False])
def test_a_leavers_address_on_a_new_id_is_a_new_user(nights: Nights, same_night: bool) -> None:
    nights.run(Directory.of("ann", "bob"))
    before = nights.user("ann")
    if not same_night:
        nights.run(Directory.of("bob"))
    directory = Directory.of("bob")
    directory.add("heir", email="ann@contoso.com")

    nights.run(directory)

    heir, ann = nights.user("heir"), nights.user("ann")
    assert heir["user_id"] != ann["user_id"]
    assert (heir["status"], heir["email"], ann["status"]) == ("ready_to_invite", "ann@contoso.com", "deactivated")
    profile = ("first_name", "display_name", "custom_fields", "manager_id")
    assert [ann[name] for name in profile] == [before[name] for name in profile]


def test_somebody_who_is_back_does_not_take_their_old_address_from_its_new_owner(nights: Nights) -> None:
    nights.run(Directory.of("ann"))
    nights.run(Directory.of("bob"))
    directory = Directory.of("bob")
    directory.add("heir", email="ann@contoso.com")
    nights.run(directory)

    directory.add("ann")
    nights.run(directory)

    assert held(nights) == {("reactivate", entra_id("ann"))}
    assert nights.user("ann")["status"] == "deactivated"


def test_two_people_swap_addresses_in_one_night(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    move(directory, ann="bob", bob="ann")

    result = nights.run(directory)

    assert (result.status, result.users_updated) == ("success", 2)
    assert emails(nights) == expected(ann="bob", bob="ann")


def test_a_chain_of_addresses_moves_in_one_night(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    nights.run(directory)
    move(directory, ann="bob", bob="cleo", cleo="free")
    directory.add("dan", email="ann@contoso.com")

    nights.run(directory)

    assert emails(nights) == expected(ann="bob", bob="cleo", cleo="free", dan="ann")


def test_a_chain_whose_head_cannot_move_is_held_as_a_whole_and_the_rest_is_applied(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo", "stays")
    nights.run(directory)
    move(directory, ann="bob", bob="cleo", cleo="stays")
    directory.people["ann"].values["job_title"] = "Lead"
    directory.add("dan", email="ann@contoso.com")

    result = nights.run(directory)

    assert emails(nights) == expected(ann="ann", bob="bob", cleo="cleo", stays="stays")
    assert held(nights) == {
        ("update", entra_id("ann")),
        ("update", entra_id("bob")),
        ("update", entra_id("cleo")),
        ("create", entra_id("dan")),
    }
    assert nights.user("ann")["job_title"] == "Lead"
    assert (result.users_held, result.users_updated, result.users_unchanged) == (4, 1, 1)


def test_two_newcomers_with_one_address_are_both_held(nights: Nights) -> None:
    directory = Directory.of("ann")
    for name in ("dan", "eve"):
        directory.add(name, email="shared@contoso.com")

    nights.run(directory)
    nights.run(directory)

    assert held(nights) == {("create", entra_id("dan")), ("create", entra_id("eve"))}
    assert emails(nights) == expected(ann="ann")


def test_two_newcomers_with_the_address_of_an_unlinked_user_are_both_held(nights: Nights) -> None:
    nights.run(Directory.of("ann"))
    nights.do("insert into peoplegoal.app_user (account_id, email, status) values (1, 'shared@contoso.com', 'active')")
    directory = Directory.of("ann")
    for name in ("dan", "eve"):
        directory.add(name, email="shared@contoso.com")

    result = nights.run(directory)

    assert (result.users_held, result.users_created) == (2, 0)


def test_three_who_want_one_address_nobody_gets_it(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    nights.run(directory)
    move(directory, ann="free", bob="free", cleo="bob")
    directory.add("dan", email="free@contoso.com")

    nights.run(directory)

    assert emails(nights) == expected(ann="ann", bob="bob", cleo="cleo")
    assert len(held(nights)) == 4


def test_the_address_of_a_rejected_person_is_taken(nights: Nights) -> None:
    directory = Directory.of("ann")
    nights.run(directory)
    directory.people["ann"].state, directory.people["ann"].reason = "rejected", "date_invalid"
    directory.add("dan", email="ann@contoso.com")

    nights.run(directory)

    assert held(nights) == {("create", entra_id("dan"))}


def test_people_without_an_address_do_not_collide(nights: Nights) -> None:
    nights.config = {"scope": {"require_email": False}, "guards": {"max_creations": None}}
    directory = Directory()
    for name in ("ann", "bob"):
        directory.add(name, email=None)

    assert nights.run(directory).users_created == 2
    assert nights.run(directory).status == "no_changes"


def test_the_same_employee_id_on_a_new_id_is_reported(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.people["ann"].values["employee_id"] = "E1"
    nights.run(directory)
    del directory.people["ann"]
    directory.add("rehired", employee_id="E1")

    result = nights.run(directory)

    assert (result.users_created, result.users_deactivated, result.status) == (1, 1, "success")
    (issue,) = nights.issues()
    assert (issue["code"], issue["severity"], issue["entra_id"]) == (
        "rehire_candidate",
        "warning",
        entra_id("rehired"),
    )
    assert entra_id("ann") in issue["message"]
