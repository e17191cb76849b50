"""Absence is no evidence; guards come before the first write; protected people stay."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.errors import GuardExceeded
from tests.load.factory import Directory, Nights, change, entra_id, kinds


def company(size: int) -> Directory:
    """A tenant of ``size`` people."""
    return Directory.of(*(f"p{number}" for number in range(size)))


def test_an_incomplete_snapshot_updates_people_and_makes_nobody_leave(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo", "dan", "eve")
    directory.people["eve"].manager = "ann"
    directory.group("sales", "ann", "eve", "dan")
    directory.group("support", "eve")
    nights.run(directory)
    del directory.people["ann"]
    del directory.groups["support"]
    directory.groups["sales"].members.remove("dan")
    directory.people["bob"].state = "disabled"
    directory.people["cleo"].state = "out_of_scope"
    directory.people["dan"].values["job_title"] = "Lead"
    directory.add("fay")

    result = nights.run(directory, complete=False)

    assert result.status == "partial"
    assert kinds(nights.changes()) == [
        ("profile", "create", "applied"),
        ("profile", "update", "applied"),
        ("user", "create", "applied"),
    ]
    assert nights.codes() == ["snapshot_incomplete"]
    assert nights.user("eve")["manager"] == entra_id("ann")
    assert set(nights.members("sales")) == {entra_id(name) for name in ("ann", "eve", "dan")}


def test_an_empty_list_where_there_were_people_changes_nothing(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.everything()

    result = nights.run(Directory())

    assert (result.status, result.errors) == ("partial", 1)
    assert nights.codes() == ["snapshot_empty"]
    assert nights.changes() == []
    assert nights.everything() == before


def test_an_empty_list_of_groups_archives_no_team(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.everything()

    result = nights.run(Directory.of("ann", "bob"), groups=0)

    assert (result.status, result.errors) == ("partial", 1)
    assert nights.codes() == ["groups_empty"]
    assert nights.changes() == []
    assert nights.everything() == before


def test_an_empty_tenant_is_no_error_on_an_empty_account(nights: Nights) -> None:
    assert nights.run(Directory()).status == "no_changes"


GUARDS: list[tuple[dict[str, Any], int, bool]] = [
    ({"percent": 20, "count": 500}, 12, False),
    ({"percent": 20, "count": 500}, 13, True),
    ({"percent": None, "count": 5}, 5, False),
    ({"percent": None, "count": 5}, 6, True),
    ({"percent": 20, "count": None, "min_population": 61}, 40, False),
]


@pytest.mark.parametrize(("limit", "leavers", "breaks"), GUARDS)
def test_too_many_leavers_stop_the_plan_before_the_first_write(
    nights: Nights, limit: dict[str, Any], leavers: int, breaks: bool
) -> None:
    nights.config = {"guards": {"max_deactivations": limit}}
    directory = company(60)
    nights.run(directory)
    before = nights.everything()
    for number in range(leavers):
        del directory.people[f"p{number}"]
    directory.people["p59"].values["job_title"] = "Lead"

    if not breaks:
        assert nights.run(directory).users_deactivated == leavers
        return
    with pytest.raises(GuardExceeded) as raised:
        nights.run(directory)

    assert raised.value.code == "too_many_deactivations"
    assert f"{leavers} of 60" in str(raised.value)
    assert "guards.max_deactivations" in str(raised.value)
    assert nights.everything() == before
    assert nights.changes() == []
    assert (nights.last()["status"], nights.codes()) == ("failed", ["too_many_deactivations"])


def test_too_many_joiners_stop_the_plan_but_not_the_first_one(nights: Nights) -> None:
    nights.config = {"guards": {"max_creations": {"percent": 50}}}
    nights.run(company(60))
    assert nights.run(company(90)).users_created == 30

    with pytest.raises(GuardExceeded) as raised:
        nights.run(company(140))

    assert raised.value.code == "too_many_creations"


def test_a_team_that_loses_too_many_members_stops_the_plan(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": None, "max_team_loss": {"percent": 60, "min_members": 20}}}
    directory = company(40)
    names = sorted(directory.people)
    directory.group("big", *names[:30])
    directory.group("small", *names[:10])
    directory.group("gone", *names)
    nights.run(directory)
    before = nights.everything()
    del directory.groups["gone"]
    directory.groups["small"].members.clear()
    directory.groups["big"].members = names[:11]

    with pytest.raises(GuardExceeded) as raised:
        nights.run(directory)

    assert raised.value.code == "too_much_team_loss"
    assert entra_id("big") in str(raised.value)
    assert nights.everything() == before

    # People who leave altogether do not count as a team's loss.
    for name in names[11:30]:
        del directory.people[name]
    assert nights.run(directory).members_removed == 40 + 10 + 19


def test_a_dry_run_shows_the_plan_that_a_guard_would_stop(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": {"count": 1}}}
    nights.run(Directory.of("ann", "bob", "cleo"))

    result = nights.run(Directory.of("cleo"), dry_run=True)

    assert (result.status, result.users_deactivated, nights.codes()) == ("partial", 2, ["too_many_deactivations"])
    assert nights.user("ann")["status"] == "ready_to_invite"


@pytest.mark.parametrize("entry", ["Ann@Contoso.com", entra_id("ann").upper()])
def test_a_protected_person_is_held_and_not_deactivated(nights: Nights, entry: str) -> None:
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "protected": [entry]}}
    directory = Directory.of("ann", "bob", "cleo")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.user("ann")
    del directory.people["ann"], directory.people["bob"]

    result = nights.run(directory)

    assert nights.user("ann") == before
    assert set(nights.members("sales")) == {entra_id("ann")}
    assert (result.status, result.users_held, result.users_deactivated) == ("partial", 1, 1)
    assert change(nights.changes(), "user", "deactivate", "ann")["status"] == "held"
    assert nights.codes() == ["protected"]
