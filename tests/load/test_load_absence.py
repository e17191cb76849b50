"""Absence is no evidence; protected people stay."""

from __future__ import annotations

import pytest

from tests.load.factory import Directory, Nights, change, entra_id, kinds


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
