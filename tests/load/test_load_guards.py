"""What is over a limit is held, row by row; all else of the night is applied."""

from __future__ import annotations

from typing import Any

import pytest

from tests.load.factory import Directory, Nights, change, entra_id


def company(size: int) -> Directory:
    """A tenant of ``size`` people."""
    return Directory.of(*(f"p{number}" for number in range(size)))


def held(nights: Nights) -> list[tuple[str, str, str]]:
    """Entity, action and person of what the newest run held, sorted."""
    return sorted((c["entity"], c["action"], c["entra_id"]) for c in nights.changes() if c["status"] == "held")


LIMITS: list[tuple[dict[str, Any], int, bool]] = [
    ({"percent": 20, "count": 500}, 11, False),
    ({"percent": 20, "count": 500}, 12, False),
    ({"percent": 20, "count": 500}, 13, True),
    ({"percent": None, "count": 5}, 4, False),
    ({"percent": None, "count": 5}, 5, False),
    ({"percent": None, "count": 5}, 6, True),
    ({"percent": 20, "count": None, "min_population": 61}, 40, False),
    ({"percent": 20, "count": None, "min_population": 60}, 40, True),
]


@pytest.mark.parametrize(("limit", "leavers", "over"), LIMITS)
def test_leavers_below_at_and_above_the_limit(nights: Nights, limit: dict[str, Any], leavers: int, over: bool) -> None:
    nights.config = {"guards": {"max_deactivations": limit}}
    directory = company(60)
    nights.run(directory)
    gone = [f"p{number}" for number in range(leavers)]
    for name in gone:
        del directory.people[name]
    directory.people["p59"].values["job_title"] = "Lead"
    directory.add("new")

    result = nights.run(directory)

    assert nights.user("p59")["job_title"] == "Lead"
    assert nights.user("new")["status"] == "ready_to_invite"
    if not over:
        assert (result.status, result.users_deactivated, result.users_held) == ("success", leavers, 0)
        return
    assert (result.status, result.users_deactivated, result.users_held) == ("held", 0, leavers)
    assert held(nights) == sorted(("user", "deactivate", entra_id(name)) for name in gone)
    assert {nights.user(name)["status"] for name in gone} == {"ready_to_invite"}
    assert nights.codes() == ["too_many_deactivations"]
    (issue,) = nights.issues()
    assert f"{leavers} of 60 people would be deactivated" in issue["message"]
    assert "guards.max_deactivations" in issue["message"]


@pytest.mark.parametrize(("size", "over"), [(89, False), (90, False), (91, True)])
def test_joiners_below_at_and_above_the_limit(nights: Nights, size: int, over: bool) -> None:
    nights.config = {"guards": {"max_creations": {"percent": 50}}}
    assert nights.run(company(60)).status == "success", "the first load is free of the limit"
    directory = company(size)
    directory.people["p0"].values["job_title"] = "Lead"
    directory.people["p1"].manager = f"p{size - 1}"
    directory.group("all", *directory.people)

    result = nights.run(directory)

    assert nights.user("p0")["job_title"] == "Lead"
    if not over:
        assert (result.status, result.users_created) == ("success", size - 60)
        assert nights.user("p1")["manager"] == entra_id(f"p{size - 1}")
        return
    assert (result.status, result.users_created, result.users_held) == ("held", 0, size - 60)
    assert {action for _, action, _ in held(nights)} == {"create"}
    assert nights.codes() == ["too_many_creations", "manager_not_linked"] or nights.codes() == [
        "manager_not_linked",
        "too_many_creations",
    ]
    assert len(nights.members("all")) == 60
    assert nights.user("p1")["manager"] is None


def test_people_who_were_there_before_the_first_run_do_not_limit_it(nights: Nights) -> None:
    nights.config = {"guards": {"max_creations": {"percent": 50}}}
    nights.do("insert into peoplegoal.account (slug, name) values ('contoso', 'Contoso')")
    nights.do(
        "insert into peoplegoal.app_user (account_id, email, status)"
        " select id, 'old' || number || '@contoso.com', 'active'"
        " from peoplegoal.account, generate_series(1, 60) as number"
    )

    assert nights.run(company(200)).users_created == 200


@pytest.mark.parametrize(("stay", "over"), [(13, False), (12, False), (11, True)])
def test_losses_of_a_team_below_at_and_above_the_limit(nights: Nights, stay: int, over: bool) -> None:
    nights.config = {"guards": {"max_team_loss": {"percent": 60, "min_members": 20}}}
    directory = company(40)
    names = sorted(directory.people)
    directory.group("big", *names[:30])
    directory.group("small", *names[:10])
    directory.group("gone", *names)
    nights.run(directory)
    del directory.groups["gone"]
    directory.groups["small"].members.clear()
    directory.groups["big"].members = [*names[:stay], names[39]]

    result = nights.run(directory)

    assert nights.members("small") == {}
    assert nights.members("gone") == {}
    if not over:
        assert (result.status, result.members_removed) == ("success", 40 + 10 + 30 - stay)
        return
    assert (result.status, result.members_removed, result.users_held) == ("held", 40 + 10, 0)
    assert held(nights) == sorted(("team_member", "remove", entra_id(name)) for name in names[stay:30])
    assert set(nights.members("big")) == {entra_id(name) for name in [*names[:30], names[39]]}
    assert nights.codes() == ["too_much_team_loss"]
    assert entra_id("big") in nights.issues()[0]["message"]


def test_people_who_leave_altogether_are_no_loss_of_a_team(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": None, "max_team_loss": {"percent": 60, "min_members": 20}}}
    directory = company(40)
    directory.group("big", *directory.people)
    nights.run(directory)
    for number in range(30):
        del directory.people[f"p{number}"]

    assert (nights.run(directory).status, len(nights.members("big"))) == ("success", 10)


def test_a_dry_run_shows_what_would_be_held_and_asks_nobody(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": {"count": 1}}}
    nights.run(Directory.of("ann", "bob", "cleo"))

    result = nights.run(Directory.of("cleo"), dry_run=True)

    assert (result.status, result.users_deactivated, result.users_held) == ("partial", 0, 2)
    assert nights.codes() == ["too_many_deactivations"]
    assert nights.rows("select * from sync.decision") == []
    assert nights.user("ann")["status"] == "ready_to_invite"


def test_a_held_leaver_is_left_alone_as_a_whole(nights: Nights) -> None:
    """Address, memberships, the team that they lead and the reports who have nobody else."""
    nights.config = {"guards": {"max_deactivations": {"count": 1}}}
    directory = Directory.of("ann", "bob", "cleo", "dan", "eve")
    for name in ("cleo", "dan", "eve"):
        directory.people[name].manager = "ann"
    directory.group("sales", "ann", "bob", "cleo")
    nights.run(directory)
    before = nights.user("ann")
    directory.people["ann"].state = "disabled"
    del directory.people["bob"]
    directory.people["dan"].manager = "cleo"
    directory.people["eve"].email = "ann@contoso.com"

    result = nights.run(directory)

    assert (result.status, result.users_held) == ("held", 3)
    assert nights.user("ann") == before
    assert set(nights.members("sales")) == {entra_id(name) for name in ("ann", "bob", "cleo")}
    assert nights.user("cleo")["manager"] == entra_id("ann")
    assert nights.user("dan")["manager"] == entra_id("cleo")
    assert nights.members("ann", "manager") == {
        entra_id("ann"): "lead",
        entra_id("cleo"): "member",
        entra_id("eve"): "member",
    }
    assert change(nights.changes(), "user", "update", "eve")["status"] == "held"
    again = nights.everything()
    assert nights.run(directory).status == "held"
    assert nights.everything() == again
