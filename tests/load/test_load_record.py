"""What a load records, when it does nothing, and what keeps two loads apart."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from entra_sync import record
from entra_sync.db import connect
from entra_sync.errors import LeaseLost
from entra_sync.issues import issue
from tests.load.factory import FIRST, Directory, Nights, change, entra_id


def eventful(nights: Nights) -> Directory:
    """An account, and a directory in which everything happens that can."""
    before = Directory.of("ann", "bob", "cleo", "dan", "eve", "fay", "gus")
    before.people["bob"].manager = "ann"
    before.group("sales", "ann", "bob", "cleo")
    before.group("support", "eve")
    nights.run(before)
    gone = before.people.pop("gus")
    nights.run(before)
    after = before
    after.people["gus"] = gone
    after.people["ann"].values["job_title"] = "Lead"
    after.people["ann"].email = "ann.new@contoso.com"
    after.people["bob"].email = "fay@contoso.com"
    after.people["cleo"].state, after.people["cleo"].reason = "rejected", "email_invalid"
    del after.people["dan"], after.groups["support"]
    after.people["eve"].manager = "hal"
    after.add("hal")
    after.add("ian", email="fay@contoso.com")
    after.groups["sales"].members.append("hal")
    after.group("board", "fay", "ann")
    return after


def recount(changes: list[dict[str, Any]]) -> dict[str, int]:
    """The counters, from the names that stand behind them."""
    does = [c for c in changes if c["status"] in ("applied", "dry_run")]
    kinds = Counter((c["entity"], c["action"]) for c in does)
    people = {
        name: {c["entra_id"] for c in does if c["entity"] == "user" and c["action"] == name}
        for name in ("create", "reactivate", "deactivate")
    }
    touched = {c["entra_id"] for c in does if c["entity"] in ("user", "profile")}
    teams = {c["team_id"] for c in does if (c["entity"], c["action"]) in (("team", "update"), ("team", "reactivate"))}
    return {
        "users_created": len(people["create"]),
        "users_reactivated": len(people["reactivate"]),
        "users_deactivated": len(people["deactivate"]),
        "users_updated": len(touched - set.union(*people.values())),
        "users_held": sum(c["entity"] == "user" and c["status"] == "held" for c in changes),
        "users_rejected": sum(c["status"] == "rejected" for c in changes),
        "teams_created": kinds["team", "create"],
        "teams_updated": len(teams),
        "teams_archived": kinds["team", "archive"],
        "members_added": kinds["team_member", "add"],
        "members_removed": kinds["team_member", "remove"],
    }


def test_every_counter_equals_the_rows_behind_it(nights: Nights) -> None:
    directory = eventful(nights)

    nights.run(directory, issues=[issue("email_invalid", entity="user", message="m", entra_id=entra_id("cleo"))])

    run = nights.last()
    counted = recount(nights.changes())
    assert {name: run[name] for name in counted} == counted
    assert all(counted[name] for name in counted if name not in ("teams_updated",))
    found = Counter(i["severity"] for i in nights.issues())
    assert (run["errors"], run["warnings"]) == (found["error"], found["warning"])
    assert run["users_seen"] == len(directory.people)
    known = ("created", "updated", "reactivated", "unchanged", "held", "rejected")
    assert sum(run[f"users_{name}"] for name in known) == run["users_seen"]
    assert [c["seq"] for c in nights.changes()] == list(range(1, len(nights.changes()) + 1))
    assert [i["seq"] for i in nights.issues()] == list(range(1, len(nights.issues()) + 1))


def test_a_dry_run_records_the_plan_and_writes_nobody(nights: Nights) -> None:
    directory = eventful(nights)
    before, state = nights.everything(), nights.rows("select * from sync.account_state")

    planned = nights.run(directory, dry_run=True)

    assert {c["status"] for c in nights.changes()} == {"dry_run", "held", "rejected"}
    assert nights.everything() == before
    assert nights.rows("select * from sync.account_state") == state
    real = nights.run(directory)
    assert {**vars(planned), "run_id": 0} == {**vars(real), "run_id": 0}


def test_an_older_snapshot_never_overwrites_a_newer_one(nights: Nights) -> None:
    directory = Directory.of("ann")
    nights.run(directory, as_of=FIRST + timedelta(days=2))
    before = nights.everything(), nights.rows("select * from sync.account_state")
    directory.people["ann"].values["job_title"] = "Old"

    result = nights.run(directory, as_of=FIRST + timedelta(days=1))

    assert (result.status, result.users_updated, result.users_seen) == ("stale", 0, 1)
    assert (nights.everything(), nights.rows("select * from sync.account_state")) == before
    assert nights.last()["status"] == "stale"


def test_the_state_moves_with_the_data(nights: Nights) -> None:
    nights.run(Directory.of("ann"))

    (state,) = nights.rows("select * from sync.account_state")
    run = nights.last()
    assert (state["applied_run_id"], state["applied_as_of"]) == (run["id"], FIRST + timedelta(days=1))
    assert (state["snapshot_uri"], run["snapshot_uri"]) == ("landing/contoso/1", "landing/contoso/1")


def test_a_load_that_is_tried_again_after_its_commit_gives_the_recorded_result(nights: Nights) -> None:
    run = nights.open()
    first = nights.load(run, Directory.of("ann", "bob"))
    before = nights.everything()

    again = nights.load(run, Directory.of("ann"))

    assert again == first
    assert nights.everything() == before


def test_a_load_that_lost_its_lease_writes_nothing(nights: Nights) -> None:
    lost = nights.open()
    nights.do("update sync.lease set expires_at = now() - interval '1 second'")
    nights.open()
    before = nights.everything()

    with pytest.raises(LeaseLost):
        nights.load(lost, Directory.of("ann"))

    assert nights.everything() == before


def test_a_load_that_fails_half_way_leaves_nothing_behind(nights: Nights) -> None:
    nights.run(Directory.of("ann"))
    before = nights.everything()
    nights.do("create function fail() returns trigger language plpgsql as $$ begin raise 'no'; end $$")
    nights.do("create trigger fail before insert on sync.issue execute function fail()")
    directory = Directory.of("ann", "bob")

    with pytest.raises(Exception, match="no"):
        nights.load(nights.open(), directory, issues=[issue("name_missing", entity="user", message="m")])

    assert nights.everything() == before
    assert nights.rows("select * from sync.change where run_id > 1") == []


def test_two_accounts_do_not_see_each_other(nights: Nights, database_url: str) -> None:
    other = Nights(url=database_url, slug="fabrikam")
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.group("sales", "ann")
    nights.run(directory)
    before = nights.everything()

    # The same object ids, addresses and groups, and then other ones.
    other.run(directory)
    directory.people["ann"].values["job_title"] = "Lead"
    other.run(directory)
    other.run(Directory.of("zoe"))

    after = nights.everything()
    for table in ("app_user", "profile", "team", "team_member"):
        assert [row for row in after[table] if row["account_id"] == 1] == before[table]
    assert other.user("ann")["status"] == "deactivated"
    assert nights.user("ann")["status"] == "ready_to_invite"


def test_findings_of_earlier_steps_come_first_with_their_hints(nights: Nights) -> None:
    found = [issue("name_missing", entity="user", message="No name.", entra_id=entra_id("ann"), label="Ännchen")]
    directory = Directory.of("ann")
    directory.add("dan", email="ann@contoso.com")

    nights.run(directory, issues=found)

    assert nights.codes() == ["name_missing", "email_conflict", "email_conflict"]
    assert nights.issues()[0]["label"] == "Ännchen"
    assert all(row["hint"] for row in nights.issues())


WEIRD = [
    "tab\there",
    "line\nbreak\r\nand return",
    "back\\slash \\N \\. \\u0000",
    "quotes ' \" ` $$ ; --",
    "комната 部屋 🧑🏽‍🚀 e\u0301 \u202e",
    "{braces} [1, 2] (x,y) %s %(name)s",
    "\\.",
    " spaces ",
]


@pytest.mark.parametrize("text", WEIRD)
def test_texts_arrive_as_they_are(nights: Nights, text: str) -> None:
    directory = Directory.of("ann")
    directory.people["ann"].values |= {"display_name": text, "job_title": text}
    directory.people["ann"].custom = {"note": text, text: "key"}
    directory.group("sales", "ann", description=text)
    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["display_name"], ann["job_title"]) == (text, text)
    assert ann["custom_fields"] == {"note": text, text: "key"}
    assert nights.rows("select description from peoplegoal.team") == [{"description": text}]
    assert change(nights.changes(), "user", "create", "ann")["label"] == text
    assert nights.run(directory).status == "no_changes"


def test_a_character_that_the_database_cannot_store_is_left_out(nights: Nights) -> None:
    directory = Directory.of("ann")
    directory.people["ann"].values |= {"display_name": "A\x00nn", "job_title": "\x00"}
    directory.people["ann"].custom = {"note": "a\x00\x00b\\\x00c\\u0000"}

    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["display_name"], ann["job_title"]) == ("Ann", "")
    assert ann["custom_fields"] == {"note": "ab\\c\\u0000"}
    assert nights.run(directory).status == "no_changes"


def test_the_run_is_closed_with_the_status_that_load_gave_it(nights: Nights) -> None:
    nights.run(Directory.of("ann"))

    with connect(nights.url) as connection:
        closed = record.current_run(connection, "contoso", "contoso-1")
    assert closed.status == "success"
    assert closed.finished_at is not None
