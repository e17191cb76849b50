"""Teams of groups and of managers, and who belongs to them."""

from __future__ import annotations

import pytest

from tests.load.factory import Directory, Nights, change, entra_id, kinds


def team(nights: Nights, name: str, kind: str = "group") -> dict[str, object]:
    """A team's row, its lead as an object id."""
    (row,) = nights.rows(
        "select t.*, u.entra_id::text as lead from peoplegoal.team t"
        " left join peoplegoal.app_user u on u.id = t.lead_id"
        " where t.entra_id = %s and t.kind = %s",
        entra_id(name),
        kind,
    )
    return row


def company() -> Directory:
    """Three people, one group."""
    directory = Directory.of("ann", "bob", "cleo")
    directory.group("sales", "ann", "bob", description="Sells", email="sales@contoso.com")
    return directory


def test_a_group_becomes_a_team_with_its_members(nights: Nights) -> None:
    result = nights.run(company())

    sales = team(nights, "sales")
    assert (sales["name"], sales["description"], sales["email"], sales["status"]) == (
        "sales",
        "Sells",
        "sales@contoso.com",
        "active",
    )
    assert nights.members("sales") == {entra_id("ann"): "member", entra_id("bob"): "member"}
    assert (result.teams_created, result.members_added) == (1, 2)
    (added,) = [c for c in nights.changes() if (c["entity"], c["entra_id"]) == ("team_member", entra_id("ann"))]
    assert added["fields"] == {"team": [None, "sales"], "role": [None, "member"]}
    assert added["team_id"] == sales["id"]
    assert added["label"] == "Ann"


def test_a_team_that_changed_is_updated_and_its_cleared_values_are_null(nights: Nights) -> None:
    directory = company()
    nights.run(directory)
    directory.groups["sales"].description = None
    directory.groups["sales"].members = ["bob", "cleo"]

    result = nights.run(directory)

    assert team(nights, "sales")["description"] is None
    assert change(nights.changes(), "team", "update", "sales")["fields"] == {"description": ["Sells", None]}
    assert (result.teams_updated, result.members_added, result.members_removed) == (1, 1, 1)
    assert set(nights.members("sales")) == {entra_id("bob"), entra_id("cleo")}


def test_a_group_that_is_gone_is_archived_and_comes_back_as_the_same_team(nights: Nights) -> None:
    directory = company()
    nights.run(directory)
    before = team(nights, "sales")["id"]
    sales = directory.groups.pop("sales")

    result = nights.run(directory)

    assert (result.teams_archived, result.members_removed) == (1, 2)
    assert (team(nights, "sales")["status"], nights.members("sales")) == ("archived", {})
    assert nights.run(directory).status == "no_changes"

    directory.groups["sales"] = sales
    result = nights.run(directory)

    assert (result.teams_updated, result.teams_created, result.members_added) == (1, 0, 2)
    assert (team(nights, "sales")["id"], team(nights, "sales")["status"]) == (before, "active")
    back = change(nights.changes(), "team", "reactivate", "sales")
    assert back["fields"] == {"status": ["archived", "active"]}


def test_a_managers_reports_are_a_team_that_the_manager_leads(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["bob"].manager = directory.people["cleo"].manager = "ann"

    nights.run(directory)

    assert team(nights, "ann", "manager")["lead"] == entra_id("ann")
    assert nights.members("ann", "manager") == {
        entra_id("ann"): "lead",
        entra_id("bob"): "member",
        entra_id("cleo"): "member",
    }

    directory.people["bob"].manager = directory.people["cleo"].manager = None
    nights.run(directory)

    assert team(nights, "ann", "manager")["status"] == "archived"


def test_a_role_that_changes_is_an_update_of_the_team(nights: Nights) -> None:
    nights.config = {"teams": {"from_groups": {"lead": "owner"}}}
    directory = company()
    directory.groups["sales"].owner = "ann"
    nights.run(directory)
    nights.do("update peoplegoal.team_member set role = 'member'")

    result = nights.run(directory)

    assert nights.members("sales") == {entra_id("ann"): "lead", entra_id("bob"): "member"}
    assert kinds(nights.changes()) == [("team_member", "update", "applied")]
    assert (result.teams_updated, result.members_added, result.members_removed) == (1, 0, 0)


def test_a_leaver_is_removed_from_their_teams(nights: Nights) -> None:
    directory = company()
    nights.run(directory)
    del directory.people["bob"]

    nights.run(directory)

    assert set(nights.members("sales")) == {entra_id("ann")}
    removed = change(nights.changes(), "team_member", "remove", "bob")
    assert removed["fields"] == {"team": ["sales", None], "role": ["member", None]}
    assert removed["label"] == "Bob"


def test_a_manager_who_leaves_is_taken_out_of_the_team_that_a_rejected_report_keeps(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["bob"].manager = directory.people["cleo"].manager = "ann"
    nights.run(directory)
    directory.people["bob"].state, directory.people["bob"].reason = "rejected", "date_invalid"
    directory.people["cleo"].manager = None
    del directory.people["ann"]

    nights.run(directory)

    assert (nights.user("ann")["status"], team(nights, "ann", "manager")["status"]) == ("deactivated", "active")
    assert nights.members("ann", "manager") == {entra_id("bob"): "member"}
    before = nights.everything()
    nights.run(directory)
    assert nights.everything() == before


def test_somebody_who_is_held_is_no_member_yet(nights: Nights) -> None:
    directory = company()
    nights.run(directory)
    directory.add("dan", email="ann@contoso.com")
    directory.groups["sales"].members.append("dan")
    directory.people["bob"].manager = "dan"

    nights.run(directory)

    assert set(nights.members("sales")) == {entra_id("ann"), entra_id("bob")}
    assert team(nights, "dan", "manager")["lead"] is None


def test_teams_members_and_leads_of_peoplegoals_own_stay(nights: Nights) -> None:
    directory = company()
    nights.run(directory)
    nights.do("insert into peoplegoal.team (account_id, kind, name) values (1, 'group', 'Book club')")
    nights.do("insert into peoplegoal.app_user (account_id, email) values (1, 'extern@agency.com')")
    nights.do(
        "insert into peoplegoal.team_member (team_id, user_id, account_id)"
        " select t.id, u.id, 1 from peoplegoal.team t, peoplegoal.app_user u where u.email = 'extern@agency.com'"
    )
    nights.do("update peoplegoal.team set lead_id = (select max(id) from peoplegoal.app_user)")
    before = nights.everything()

    assert nights.run(directory).status == "no_changes"
    assert nights.everything() == before


def report_to_ann() -> Directory:
    """Ann, who leads a team of her reports, and cleo, who may become one."""
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["bob"].manager = "ann"
    return directory


def describe(nights: Nights, *, status: str = "active") -> tuple[str, str]:
    """PeopleGoal says what the team of ann's reports is for; the values that it has then."""
    own = ("Our goals for 2027", "anns@contoso.com")
    nights.do("update peoplegoal.team set description = %s, email = %s where status = %s", *own, status)
    return own


def test_what_peoplegoal_says_of_a_managers_team_stays(nights: Nights) -> None:
    directory = report_to_ann()
    nights.run(directory)
    own = describe(nights)
    before = nights.everything()

    result = nights.run(directory)

    assert (result.status, result.teams_unchanged, nights.changes()) == ("no_changes", 1, [])
    assert nights.everything() == before
    assert (team(nights, "ann", "manager")["description"], team(nights, "ann", "manager")["email"]) == own


def test_a_managers_team_with_another_name_keeps_the_rest_of_what_peoplegoal_says(nights: Nights) -> None:
    directory = report_to_ann()
    nights.run(directory)
    own = describe(nights)
    nights.do("update peoplegoal.team set name = 'Old'")

    result = nights.run(directory)

    assert change(nights.changes(), "team", "update", "ann")["fields"] == {"name": ["Old", "Ann"]}
    assert result.teams_updated == 1
    anns = team(nights, "ann", "manager")
    assert (anns["name"], anns["description"], anns["email"]) == ("Ann", *own)


def test_a_managers_team_that_comes_back_keeps_what_peoplegoal_says(nights: Nights) -> None:
    directory = report_to_ann()
    nights.run(directory)
    directory.people["bob"].manager = None
    nights.run(directory)
    own = describe(nights, status="archived")
    directory.people["cleo"].manager = "ann"

    nights.run(directory)

    anns = team(nights, "ann", "manager")
    assert (anns["status"], anns["description"], anns["email"]) == ("active", *own)
    assert change(nights.changes(), "team", "reactivate", "ann")["fields"] == {"status": ["archived", "active"]}


def test_what_the_directory_says_of_a_group_stands_beside_a_managers_team(nights: Nights) -> None:
    directory = company()
    directory.people["bob"].manager = "ann"
    nights.run(directory)
    own = describe(nights)

    nights.run(directory)

    sales, anns = team(nights, "sales"), team(nights, "ann", "manager")
    assert (sales["description"], sales["email"]) == ("Sells", "sales@contoso.com")
    assert (anns["description"], anns["email"]) == own
    assert [c["entra_id"] for c in nights.changes()] == [entra_id("sales")]


@pytest.mark.parametrize("config", [{}, {"teams": {"from_groups": {"lead": "owner"}}}])
def test_the_role_in_a_managers_team_is_the_directorys(nights: Nights, config: dict[str, object]) -> None:
    nights.config = config
    directory = report_to_ann()
    nights.run(directory)
    before = nights.members("ann", "manager")
    nights.do("update peoplegoal.team_member set role = case role when 'lead' then 'member' else 'lead' end")

    result = nights.run(directory)

    assert nights.members("ann", "manager") == before
    assert (result.teams_updated, result.teams_unchanged) == (1, 0)
