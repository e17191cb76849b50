"""A bad night of many leavers, several accounts, and what keeps an undo apart from other runs."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from entra_sync import record
from entra_sync.db import connect
from entra_sync.errors import AccountBusy, DatabaseFailed
from entra_sync.undo import UndoResult
from tests.conftest import ROOT
from tests.load.factory import Directory, Nights, entra_id
from tests.undo.conftest import Undo
from tests.undo.test_undo_property import counters_agree, shown, state

LEAVERS = 500


def company() -> Directory:
    """520 people in 26 groups of two leads each, everybody under one of 20 managers."""
    names = [f"p{number}" for number in range(LEAVERS + 20)]
    directory = Directory.of(*names)
    for number, name in enumerate(names):
        directory.people[name].manager = f"p{LEAVERS + number % 20}" if number < LEAVERS else None
        directory.people[name].custom = {"site": f"B{number % 3}"}
    for number in range(26):
        members = names[number * 20 : number * 20 + 20]
        directory.group(f"g{number}", *members[2:], leads=members[:2])
    return directory


def test_a_night_that_deactivated_500_people_is_taken_back(nights: Nights, undo: Undo) -> None:
    nights.run(company())
    nights.do("update peoplegoal.app_user set status = 'active', activated_at = now() where id % 3 = 0")
    nights.do("update peoplegoal.app_user set status = 'invited', invited_at = now() where id % 3 = 1")
    before = state(nights)
    half = company()
    for number in range(LEAVERS):
        del half.people[f"p{number}"]
    for number in range(25):
        del half.groups[f"g{number}"]
    night = nights.run(half)
    assert night.users_deactivated == LEAVERS
    assert len(state(nights)["team_member"]) < len(before["team_member"]) - LEAVERS

    result = undo(night.run_id)

    assert result.kept == ()
    assert state(nights) == before
    assert {row["status"] for row in before["app_user"].values()} == {"ready_to_invite", "invited", "active"}
    assert nights.rows("select 1 from peoplegoal.app_user where deactivated_at is not null") == []
    assert (result.counters.status, result.counters.users_reactivated) == ("success", LEAVERS)
    assert result.counters.members_added == night.members_removed
    assert counters_agree(nights)


def test_an_undo_touches_one_account(nights: Nights, undo: Undo, database_url: str) -> None:
    other = Nights(url=database_url, slug="fabrikam")
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.group("sales", "ann")
    nights.run(directory)
    # The same object ids, addresses and groups.
    first = other.run(directory)
    directory.people["ann"].values["job_title"] = "Lead"
    del directory.people["bob"]
    nights.run(directory)
    night = other.run(directory)
    before, changes = nights.everything(), nights.rows("select * from sync.change where run_id <> %s", night.run_id)

    undo(night.run_id, account="fabrikam")

    mine, after = nights.rows("select id from peoplegoal.account where slug = 'contoso'")[0]["id"], nights.everything()
    for table in ("app_user", "profile", "team", "team_member"):
        kept = [row for row in before[table] if row["account_id"] == mine]
        assert [row for row in after[table] if row["account_id"] == mine] == kept
        assert kept
    assert nights.rows("select * from sync.change where run_id <= %s and run_id <> %s", night.run_id, night.run_id) == (
        changes
    )
    assert (other.user("bob")["status"], other.user("ann")["job_title"]) == ("ready_to_invite", None)
    assert first.run_id < night.run_id
    assert nights.user("bob")["status"] == "deactivated"


def test_two_nights_are_taken_back_one_after_the_other(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = state(nights)
    directory.people["ann"].email, directory.people["ann"].manager = "x@contoso.com", "bob"
    directory.groups["sales"].members = ["cleo"]
    first = nights.run(directory)
    directory.people["ann"].email, directory.people["ann"].manager = "y@contoso.com", "cleo"
    del directory.people["bob"], directory.groups["sales"]
    second = nights.run(directory)

    kept = (*undo(second.run_id).kept, *undo(first.run_id).kept)

    assert kept == ()
    assert shown(state(nights), before) == before


def test_an_undo_waits_for_a_run_that_works_on_the_account(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    working, told = nights.open(), threading.Event()
    found: list[UndoResult] = []
    thread = threading.Thread(
        target=lambda: found.append(undo(night.run_id, poll_s=0.02, waiting=told.set)), daemon=True
    )
    thread.start()
    told.wait()
    assert nights.last()["id"] == working.id

    with connect(nights.url) as connection:
        record.close_run(connection, nights.slug, working.dag_run_id, issues=None)
    thread.join()

    assert [one.counters.status for one in found] == ["success"]


def test_an_account_that_does_not_get_free_is_left_alone(nights: Nights, undo: Undo) -> None:
    night = nights.run(Directory.of("ann"))
    nights.open()
    told: list[bool] = []

    with pytest.raises(AccountBusy):
        undo(night.run_id, wait_s=0, poll_s=0.02, waiting=lambda: told.append(True))

    assert told == [True]
    assert nights.user("ann")["status"] == "ready_to_invite"


def test_an_undo_that_fails_half_way_leaves_nothing_behind(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann")
    night = nights.run(directory)
    before, changes = nights.everything(), nights.changes()
    nights.do("create function fail() returns trigger language plpgsql as $$ begin raise 'no bob'; end $$")
    nights.do("create trigger fail before update on peoplegoal.team execute function fail()")

    with pytest.raises(DatabaseFailed, match="P0001"):
        undo(night.run_id)

    assert nights.everything() == before
    assert nights.rows("select status from sync.change where run_id = %s", night.run_id) == [
        {"status": row["status"]} for row in changes
    ]
    run = nights.last()
    assert (run["status"], run["error_step"], run["undoes"]) == ("failed", "undo", night.run_id)
    assert "bob" not in run["error_message"]
    nights.do("drop trigger fail on peoplegoal.team")
    assert undo(night.run_id).counters.status == "success"


def test_nothing_of_it_reaches_a_log(nights: Nights, undo: Undo, caplog: pytest.LogCaptureFixture) -> None:
    night = nights.run(Directory.of("annabel"))
    nights.do("update peoplegoal.app_user set status = 'invited'")
    caplog.set_level("DEBUG")

    result = undo(night.run_id)

    assert result.kept[0].label == "Annabel"
    assert f"undoes={night.run_id} status=partial kept=1" in caplog.text
    assert "nnabel" not in caplog.text
    assert entra_id("annabel") not in caplog.text


def test_two_people_who_undo_the_same_run_do_it_once(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(undo(night.run_id, poll_s=0.02))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.counters.status for one in found) == ["no_changes", "no_changes", "success"]


def test_the_query_of_the_guide_tells_what_was_taken_back(nights: Nights, undo: Undo) -> None:
    page = (ROOT / "docs" / "undo.md").read_text(encoding="utf-8")
    query = page.partition("```sql\n")[2].partition(";\n```")[0]
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    undo(night.run_id, dry_run=True)
    undo(night.run_id)

    (row,) = nights.rows(query)

    assert (row["undoes"], row["label"], row["action"]) == (night.run_id, "Bob", "deactivate")
