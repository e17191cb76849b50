"""``leavers.reports``: who manages the reports of somebody who left."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.load.factory import Directory, Nights, entra_id

CHAIN = ("top", "mid", "low", "rep")


def chain() -> Directory:
    """Each reports to the one before."""
    directory = Directory.of(*CHAIN)
    for boss, report in pairwise(CHAIN):
        directory.people[report].manager = boss
    return directory


def without(directory: Directory, *names: str) -> Directory:
    """Deleted: nobody names them as manager any more."""
    for name in names:
        del directory.people[name]
    for person in directory.people.values():
        if person.manager in names:
            person.manager = None
    return directory


def manager(nights: Nights, name: str) -> Any:
    """The object id of somebody's manager."""
    return nights.user(name)["manager"]


@pytest.mark.parametrize(
    ("policy", "expected"), [("none", None), ("keep", entra_id("low")), ("to_managers_manager", entra_id("mid"))]
)
def test_each_policy_night_after_night(nights: Nights, policy: str, expected: str | None) -> None:
    nights.config = {"leavers": {"reports": policy}}
    nights.run(chain())
    directory = without(chain(), "low")

    nights.run(directory)

    assert nights.user("low")["status"] == "deactivated"
    assert manager(nights, "rep") == expected
    again = nights.everything()
    assert nights.run(directory).status == "no_changes"
    assert nights.everything() == again

    directory.people["rep"].manager = "top"
    nights.run(directory)
    assert manager(nights, "rep") == entra_id("top"), "the directory's word counts"
    directory.people["rep"].manager = None
    nights.run(directory)
    assert manager(nights, "rep") is None
    assert nights.rows("select * from sync.stand_in") == []


def test_the_next_leaver_above_is_passed_over_too(nights: Nights) -> None:
    nights.config = {"leavers": {"reports": "to_managers_manager"}}
    nights.run(chain())
    nights.run(without(chain(), "low"))
    assert set(nights.members("mid", "manager")) == {entra_id("mid"), entra_id("rep")}

    nights.run(without(chain(), "low", "mid"))

    assert manager(nights, "rep") == entra_id("top")
    assert nights.members("top", "manager") == {entra_id("top"): "lead", entra_id("rep"): "member"}
    nights.run(without(chain(), "low", "mid", "top"))
    assert manager(nights, "rep") is None


def test_a_stand_in_who_is_left_alone_still_leads_the_team(nights: Nights) -> None:
    nights.config = {"leavers": {"reports": "to_managers_manager"}, "guards": {"protected": [entra_id("mid")]}}
    nights.run(chain())

    nights.run(without(chain(), "low", "mid"))

    assert manager(nights, "rep") == entra_id("mid")
    assert nights.members("mid", "manager") == {entra_id("mid"): "lead", entra_id("rep"): "member"}
    (mids,) = nights.rows("select lead_id from peoplegoal.team where entra_id = %s", entra_id("mid"))
    assert mids["lead_id"] == nights.user("mid")["user_id"]
    again = nights.everything()
    nights.run(without(chain(), "low", "mid"))
    assert nights.everything() == again


def test_several_leavers_of_one_night_are_passed_over_together(nights: Nights) -> None:
    nights.config = {"leavers": {"reports": "to_managers_manager"}}
    nights.run(chain())

    nights.run(without(chain(), "low", "mid"))

    assert manager(nights, "rep") == entra_id("top")


def test_a_leaver_who_is_back_is_no_longer_stood_in_for(nights: Nights) -> None:
    nights.config = {"leavers": {"reports": "to_managers_manager"}}
    nights.run(chain())
    nights.run(without(chain(), "low"))

    nights.run(chain())

    assert manager(nights, "rep") == entra_id("low")
    assert nights.rows("select * from sync.stand_in") == []


def test_a_policy_that_is_switched_off_leaves_nothing_behind(nights: Nights) -> None:
    nights.config = {"leavers": {"reports": "to_managers_manager"}}
    nights.run(chain())
    nights.run(without(chain(), "low"))
    nights.config = {}

    nights.run(without(chain(), "low"))

    assert manager(nights, "rep") is None
    assert nights.rows("select * from sync.stand_in") == []


@pytest.mark.parametrize("policy", ["keep", "to_managers_manager"])
def test_a_kept_manager_closes_no_circle(nights: Nights, policy: str) -> None:
    """low leaves, and mid moves below rep on the same night: rep must not end up below mid."""
    nights.config = {"leavers": {"reports": policy}, "guards": {"protected": [entra_id("low")]}}
    if policy == "to_managers_manager":
        nights.config = {"leavers": {"reports": policy}}
    nights.run(chain())
    directory = without(chain(), "low")
    directory.people["mid"].manager = "rep"

    nights.run(directory)

    assert manager(nights, "mid") == entra_id("rep")
    assert manager(nights, "rep") is None
    assert "manager_cycle" in nights.codes()
    again = nights.everything()
    nights.run(directory)
    assert nights.everything() == again
