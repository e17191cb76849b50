"""Leavers: a policy for each way to leave, days of grace, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.load.factory import FIRST, Directory, Nights, entra_id


def gone(directory: Directory, name: str, way: str) -> None:
    """Let somebody leave."""
    if way == "deleted":
        del directory.people[name]
    else:
        directory.people[name].state = way


WAYS = ("deleted", "disabled", "out_of_scope")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ignored", WAYS)
def test_each_way_to_leave_has_its_own_policy(nights: Nights, way: str, ignored: str) -> None:
    nights.config = {"leavers": {ignored: "ignore"}}
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.everything()
    gone(directory, "ann", way)

    result = nights.run(directory)

    if way != ignored:
        assert result.users_deactivated == 1
        assert nights.user("ann")["status"] == "deactivated"
        return
    assert result.status == "no_changes"
    assert nights.codes() == []
    assert nights.everything() == before


@pytest.mark.parametrize("way", WAYS)
def test_days_of_grace_begin_with_the_first_night_that_saw_it(nights: Nights, way: str) -> None:
    nights.config = {"guards": {"grace_days": 3, "max_deactivations": None}}
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.everything()
    gone(directory, "ann", way)

    for _ in range(3):
        assert nights.run(directory).status == "no_changes"
        assert nights.everything() == before
        (issue,) = nights.issues()
        assert (issue["code"], issue["severity"]) == ("leaving_soon", "warning")
        assert f"stays until {FIRST + timedelta(days=5):%Y-%m-%d}" in issue["message"]

    assert nights.run(directory).users_deactivated == 1
    assert (nights.user("ann")["status"], nights.codes()) == ("deactivated", [])
    assert set(nights.members("sales")) == {entra_id("bob")}
    assert nights.rows("select * from sync.leaver") == []


def test_somebody_back_in_time_starts_anew(nights: Nights) -> None:
    nights.config = {"guards": {"grace_days": 2, "max_deactivations": None}}
    with_ann, without = Directory.of("ann", "bob"), Directory.of("bob")
    nights.run(with_ann)
    nights.run(without)
    assert nights.run(with_ann).status == "no_changes"
    assert nights.rows("select * from sync.leaver") == []

    assert [nights.run(without).users_deactivated for _ in range(3)] == [0, 0, 1]


def test_an_incomplete_night_neither_starts_nor_stops_the_clock(nights: Nights) -> None:
    nights.config = {"guards": {"grace_days": 2, "max_deactivations": None}}
    without = Directory.of("bob")
    nights.run(Directory.of("ann", "bob"))
    nights.run(without, complete=False)
    assert nights.rows("select * from sync.leaver") == []

    nights.run(without)
    nights.run(without, complete=False)
    assert nights.run(without).users_deactivated == 1


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("back", ["in_scope", "rejected"])
@pytest.mark.parametrize("way", WAYS)
def test_a_night_that_shows_somebody_enabled_and_in_scope_stops_the_clock(
    nights: Nights, way: str, back: str, complete: bool
) -> None:
    nights.config = {"guards": {"grace_days": 3, "max_deactivations": None}}
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    gone(directory, "ann", way)
    nights.run(directory)
    assert len(nights.rows("select * from sync.leaver")) == 1
    directory.add("ann", state=back, reason="date_implausible" if back == "rejected" else None)

    nights.run(directory, complete=complete)

    assert nights.rows("select * from sync.leaver") == []
    for _ in range(4):
        nights.run(directory)
    gone(directory, "ann", way)
    assert [nights.run(directory).users_deactivated for _ in range(4)] == [0, 0, 0, 1]


def test_a_bad_row_starts_no_clock(nights: Nights) -> None:
    nights.config = {"guards": {"grace_days": 2, "max_deactivations": None}}
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    directory.people["ann"].state = "rejected"

    nights.run(directory)

    assert nights.rows("select * from sync.leaver") == []


@pytest.mark.parametrize("protected", [[], ["boss@contoso.com"], [entra_id("boss")]])
@pytest.mark.parametrize("way", WAYS)
def test_somebody_without_an_address_has_days_of_grace_whoever_is_protected(
    nights: Nights, way: str, protected: list[str]
) -> None:
    nights.config = {"guards": {"grace_days": 2, "max_deactivations": None, "protected": protected}}
    directory = Directory.of("bob")
    directory.add("ann", email=None)
    directory.add("cleo")
    nights.run(directory)
    for name in ("ann", "cleo"):
        gone(directory, name, way)

    assert [nights.run(directory).users_deactivated for _ in range(3)] == [0, 0, 2]


def test_somebody_without_an_address_is_protected_by_the_object_id(nights: Nights) -> None:
    nights.config = {
        "guards": {"grace_days": 1, "max_deactivations": None, "protected": ["boss@contoso.com", entra_id("ann")]}
    }
    directory = Directory.of("bob")
    directory.add("ann", email=None)
    nights.run(directory)
    gone(directory, "ann", "deleted")

    for _ in range(3):
        result = nights.run(directory)
        assert (result.users_held, nights.codes()) == (1, ["protected"])
    assert nights.user("ann")["status"] == "ready_to_invite"


def test_a_dry_run_starts_no_clock(nights: Nights) -> None:
    nights.config = {"guards": {"grace_days": 2, "max_deactivations": None}}
    nights.run(Directory.of("ann", "bob"))

    assert nights.run(Directory.of("bob"), dry_run=True).users_deactivated == 0
    assert nights.codes() == ["leaving_soon"]
    assert nights.rows("select * from sync.leaver") == []


def test_the_limit_counts_on_the_day_of_leaving(nights: Nights) -> None:
    nights.config = {"guards": {"grace_days": 1, "max_deactivations": {"count": 1}}}
    nights.run(Directory.of("ann", "bob", "cleo"))

    assert nights.run(Directory.of("cleo")).status == "no_changes"
    assert nights.run(Directory.of("cleo")).status == "held"
    assert nights.run(Directory.of("cleo")).users_held == 2, "held, not again in grace"


def test_back_again_is_ready_to_invite_with_all_history(nights: Nights) -> None:
    nights.run(Directory.of("ann", "bob"))
    nights.do("update peoplegoal.app_user set status = 'active' where entra_id = %s", entra_id("ann"))
    before = nights.user("ann")
    nights.run(Directory.of("bob"))

    result = nights.run(Directory.of("ann", "bob"))

    after = nights.user("ann")
    assert result.users_reactivated == 1
    assert (after["id"], after["status"], after["deactivated_at"]) == (before["id"], "ready_to_invite", None)
    assert after["created_at"] == before["created_at"]
