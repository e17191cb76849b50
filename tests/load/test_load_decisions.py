"""A decision counts once, and for exactly the rows that it was asked about."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.errors import DatabaseFailed
from tests.load.factory import Directory, Nights, entra_id

KINDS = ("too_many_deactivations", "too_many_creations", "too_much_team_loss")


@pytest.fixture
def night(nights: Nights) -> Nights:
    """An account of five with narrow limits, after its first night."""
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "max_creations": None, "max_team_loss": None}}
    nights.run(staff())
    return nights


def staff(*gone: str) -> Directory:
    """Five people, without some."""
    directory = Directory.of("ann", "bob", "cleo", "dan", "eve")
    for name in gone:
        del directory.people[name]
    return directory


def decisions(nights: Nights) -> list[dict[str, Any]]:
    """All of them, oldest first."""
    return nights.rows("select * from sync.decision order by id")


def statuses(nights: Nights) -> list[str]:
    """What became of each, oldest first."""
    return [row["status"] for row in decisions(nights)]


def answer(nights: Nights, status: str) -> None:
    """What a person decides about the newest question."""
    nights.do(
        "update sync.decision set status = %s, answered_at = now(), answered_by = 'ina'"
        " where id = (select max(id) from sync.decision)",
        status,
    )


def test_a_question_says_how_many_of_how_many_and_until_when(night: Nights) -> None:
    night.run(staff("ann", "bob"))

    (asked,) = decisions(night)
    assert (asked["kind"], asked["items"], asked["population"]) == ("too_many_deactivations", 2, 5)
    assert (asked["status"], asked["over"], asked["run_id"]) == ("open", "count: 1", night.last()["id"])
    assert round((asked["expires_at"] - asked["asked_at"]).total_seconds()) == 72 * 3600
    assert {c["entra_id"] for c in rows_of(night, asked["id"])} == {entra_id("ann"), entra_id("bob")}


def rows_of(nights: Nights, decision: int) -> list[dict[str, Any]]:
    """The newest run's changes that wait for a decision."""
    return nights.rows(
        "select entra_id::text, status from sync.change where decision_id = %s and run_id = %s",
        decision,
        nights.last()["id"],
    )


def test_an_open_question_is_not_asked_twice_and_blocks_no_night(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    directory = staff("ann", "bob")
    directory.people["eve"].values["job_title"] = "Lead"

    result = night.run(directory)

    assert (result.status, result.users_updated, result.users_held) == ("held", 1, 2)
    (asked,) = decisions(night)
    assert len(rows_of(night, asked["id"])) == 2
    assert night.user("eve")["job_title"] == "Lead"


def test_what_was_approved_is_applied_once(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    answer(night, "approved")

    result = night.run(staff("ann", "bob"))

    assert (result.status, result.users_deactivated, result.users_held) == ("success", 2, 0)
    (asked,) = decisions(night)
    assert (asked["status"], asked["applied_run_id"]) == ("applied", night.last()["id"])
    night.run(staff())
    assert night.run(staff("ann", "bob")).status == "held", "the same again is asked again"
    assert statuses(night) == ["applied", "open"]


@pytest.mark.parametrize("no", ["rejected", "expired"])
def test_what_was_refused_stays_held_and_is_not_asked_again(night: Nights, no: str) -> None:
    night.run(staff("ann", "bob"))
    answer(night, no)

    result = night.run(staff("ann", "bob"))

    assert (result.status, result.users_deactivated, result.users_held) == ("partial", 0, 2)
    assert statuses(night) == [no]
    assert len(rows_of(night, decisions(night)[0]["id"])) == 2


def test_nobody_answering_in_time_means_no(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    night.do("update sync.decision set expires_at = now()")

    result = night.run(staff("ann", "bob"))

    assert (result.status, result.users_held) == ("partial", 2)
    assert statuses(night) == ["expired"]
    assert decisions(night)[0]["answered_by"] is None


@pytest.mark.parametrize("status", ["open", "approved"])
def test_a_plan_that_changed_asks_again(night: Nights, status: str) -> None:
    night.run(staff("ann", "bob"))
    answer(night, status)

    result = night.run(staff("ann", "bob", "cleo"))

    assert (result.status, result.users_deactivated, result.users_held) == ("held", 0, 3)
    assert statuses(night) == ["superseded", "open"]


def test_another_reason_is_another_plan(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    answer(night, "approved")
    directory = staff("ann")
    directory.people["bob"].state = "disabled"

    assert night.run(directory).status == "held"
    assert statuses(night) == ["superseded", "open"]


@pytest.mark.parametrize("status", ["open", "approved", "rejected"])
def test_a_question_that_is_moot_is_closed(night: Nights, status: str) -> None:
    night.run(staff("ann", "bob"))
    answer(night, status)

    assert night.run(staff("ann")).users_deactivated == 1

    assert statuses(night) == ["rejected" if status == "rejected" else "superseded"]


def test_a_dry_run_reads_decisions_and_leaves_them(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    answer(night, "approved")
    before = decisions(night)

    assert night.run(staff("ann", "bob"), dry_run=True).users_deactivated == 2
    assert night.run(staff("ann", "bob", "cleo"), dry_run=True).users_held == 3

    assert decisions(night) == before


def test_a_load_that_fails_uses_up_no_approval(night: Nights) -> None:
    night.run(staff("ann", "bob"))
    answer(night, "approved")
    night.do(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;"
        " create trigger refuse before update on sync.account_state for each row execute function refuse()"
    )
    with pytest.raises(DatabaseFailed, match="P0001"):
        night.run(staff("ann", "bob"))
    night.do("drop trigger refuse on sync.account_state; drop function refuse()")

    assert statuses(night) == ["approved"]
    assert night.run(staff("ann", "bob")).users_deactivated == 2


def test_each_limit_has_its_own_question(nights: Nights) -> None:
    nights.config = {
        "guards": {
            "max_deactivations": {"count": 1},
            "max_creations": {"count": 1},
            "max_team_loss": {"percent": 50, "min_members": 2},
        }
    }
    directory = staff()
    directory.group("sales", "cleo", "dan", "eve")
    nights.run(directory)
    directory = staff("ann", "bob")
    directory.group("sales", "cleo")
    directory.add("fay")
    directory.add("gus")

    assert nights.run(directory).status == "held"

    assert sorted(row["kind"] for row in decisions(nights)) == sorted(KINDS)
    nights.do("update sync.decision set status = 'approved' where kind = 'too_many_creations'")
    nights.do("update sync.decision set status = 'rejected' where kind = 'too_much_team_loss'")
    result = nights.run(directory)
    assert (result.status, result.users_created, result.users_deactivated) == ("held", 2, 0)
    assert len(nights.members("sales")) == 3


def test_questions_of_two_accounts_do_not_meet(night: Nights) -> None:
    other = Nights(url=night.url, slug="fabrikam", config=night.config)
    other.run(staff())
    night.run(staff("ann", "bob"))
    answer(night, "approved")

    assert other.run(staff("ann", "bob")).status == "held"
    assert statuses(night) == ["approved", "open"]
