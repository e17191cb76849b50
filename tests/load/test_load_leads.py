"""Who leads the team of a group: the directory with ``lead: owner``, PeopleGoal without it."""

from __future__ import annotations

import pytest

from tests.load.factory import Directory, Nights, change, entra_id

OWNED = {"teams": {"from_groups": {"lead": "owner"}}}


def led_by(nights: Nights) -> str | None:
    """Object id of the lead of the team sales."""
    (row,) = nights.rows(
        "select u.entra_id::text as lead from peoplegoal.team t left join peoplegoal.app_user u on u.id = t.lead_id"
        " where t.entra_id = %s",
        entra_id("sales"),
    )
    return row["lead"]


def company(owner: str | None) -> Directory:
    directory = Directory.of("ann", "bob", "cleo")
    directory.group("sales", "ann", "bob", owner=owner)
    return directory


@pytest.fixture
def owned(nights: Nights) -> Nights:
    nights.config = OWNED
    return nights


def test_an_owner_leads_and_another_one_takes_over(owned: Nights) -> None:
    directory = company("ann")
    owned.run(directory)
    assert (led_by(owned), owned.members("sales")) == (
        entra_id("ann"),
        {entra_id("ann"): "lead", entra_id("bob"): "member"},
    )
    before = owned.everything()
    assert owned.run(directory).status == "no_changes"
    assert owned.everything() == before

    directory.groups["sales"].owner = "bob"
    owned.run(directory)

    assert (led_by(owned), owned.members("sales")) == (
        entra_id("bob"),
        {entra_id("ann"): "member", entra_id("bob"): "lead"},
    )
    changed = change(owned.changes(), "team", "update", "sales")
    assert changed["fields"] == {"lead": [entra_id("ann"), entra_id("bob")]}
    assert owned.run(directory).status == "no_changes"


def test_an_owner_who_is_no_member_leads_without_becoming_one(owned: Nights) -> None:
    directory = company("cleo")
    owned.run(directory)
    assert (led_by(owned), set(owned.members("sales"))) == (entra_id("cleo"), {entra_id("ann"), entra_id("bob")})
    assert owned.run(directory).status == "no_changes"


@pytest.mark.parametrize("leaves", [False, True])
def test_without_an_owner_nobody_leads_once_the_whole_tenant_was_read(owned: Nights, *, leaves: bool) -> None:
    directory = company("ann")
    owned.run(directory)
    if leaves:
        del directory.people["ann"]
    else:
        directory.groups["sales"].owner = None

    owned.run(directory, complete=False)

    assert (led_by(owned), owned.members("sales")[entra_id("ann")]) == (entra_id("ann"), "lead")

    owned.run(directory)

    assert led_by(owned) is None
    assert owned.members("sales").get(entra_id("ann")) == (None if leaves else "member")
    assert owned.run(directory).status == "no_changes"


def test_a_lead_whose_row_is_rejected_is_left_alone(owned: Nights) -> None:
    directory = company("ann")
    owned.run(directory)
    directory.people["ann"].state, directory.people["ann"].reason = "rejected", "date_invalid"

    owned.run(directory)

    assert (led_by(owned), owned.members("sales")[entra_id("ann")]) == (entra_id("ann"), "lead")


def test_an_owner_who_is_held_does_not_lead_yet(owned: Nights) -> None:
    directory = company(None)
    owned.run(directory)
    directory.add("dan", email="ann@contoso.com")
    directory.groups["sales"].owner = "dan"

    owned.run(directory)

    assert led_by(owned) is None


@pytest.mark.parametrize("config", [{}, {"teams": {"from_groups": {"lead": None}}}])
def test_peoplegoals_own_lead_stays_when_owners_are_not_asked_for(nights: Nights, config: dict[str, object]) -> None:
    nights.config = config
    directory = company(None)
    nights.run(directory)
    nights.do(
        "update peoplegoal.team set lead_id = (select id from peoplegoal.app_user where email = 'cleo@contoso.com')"
    )
    before = nights.everything()

    assert nights.run(directory).status == "no_changes"
    assert nights.everything() == before


def let_lead(nights: Nights, name: str) -> None:
    """PeopleGoal makes somebody the lead of the team sales, as its lead and by their role."""
    nights.do("update peoplegoal.team set lead_id = %s", nights.user(name)["user_id"])
    nights.do("update peoplegoal.team_member set role = 'lead' where user_id = %s", nights.user(name)["user_id"])


def test_the_role_of_peoplegoals_own_lead_stays_as_long_as_they_are_a_member(nights: Nights) -> None:
    directory = company(None)
    nights.run(directory)
    let_lead(nights, "ann")
    before = nights.everything()

    result = nights.run(directory)

    assert (result.status, result.teams_unchanged, nights.changes()) == ("no_changes", 1, [])
    assert nights.everything() == before

    directory.groups["sales"].members.append("cleo")
    directory.groups["sales"].description = "Sells"
    nights.run(directory)

    assert (led_by(nights), nights.members("sales")) == (
        entra_id("ann"),
        {entra_id("ann"): "lead", entra_id("bob"): "member", entra_id("cleo"): "member"},
    )

    directory.groups["sales"].members.remove("ann")
    nights.run(directory)

    assert set(nights.members("sales")) == {entra_id("bob"), entra_id("cleo")}


def test_roles_that_owners_gave_stay_when_owners_are_no_longer_asked_for(owned: Nights) -> None:
    directory = company("ann")
    owned.run(directory)
    before = owned.everything()
    owned.config = {}
    directory.groups["sales"].owner = None

    assert owned.run(directory).status == "no_changes"
    assert owned.everything() == before


def test_a_role_chosen_in_peoplegoal_gives_way_when_owners_are_asked_for(nights: Nights) -> None:
    directory = company(None)
    nights.run(directory)
    let_lead(nights, "bob")
    nights.config = OWNED
    directory.groups["sales"].owner = "ann"

    nights.run(directory)

    assert (led_by(nights), nights.members("sales")) == (
        entra_id("ann"),
        {entra_id("ann"): "lead", entra_id("bob"): "member"},
    )


def test_a_lead_chosen_in_peoplegoal_gives_way_when_owners_are_asked_for(nights: Nights) -> None:
    directory = company("ann")
    directory.groups["sales"].owner = None
    nights.run(directory)
    nights.do(
        "update peoplegoal.team set lead_id = (select id from peoplegoal.app_user where email = 'cleo@contoso.com')"
    )
    nights.config = OWNED
    directory.groups["sales"].owner = "ann"

    nights.run(directory)

    assert led_by(nights) == entra_id("ann")
