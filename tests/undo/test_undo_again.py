"""An undo is a run like any other: it can be undone, and the record follows."""

from __future__ import annotations

from tests.load.factory import Directory, Nights, change
from tests.undo.conftest import Undo

Key = tuple[str, str, str]


def statuses(nights: Nights, run_id: int) -> dict[Key, str]:
    rows = nights.rows("select * from sync.change where run_id = %s order by seq", run_id)
    return {(row["entity"], row["action"], row["label"]): row["status"] for row in rows}


def test_undone_and_undone_again_and_once_more(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann", "bob")
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.user("ann")["job_title"], nights.user("bob")["status"], len(nights.members("sales"))
    del directory.people["bob"]
    directory.add("cleo")
    directory.people["ann"].values["job_title"] = "Lead"
    directory.group("board", "cleo")
    night = nights.run(directory)
    after = nights.user("ann")["job_title"], nights.user("bob")["status"], len(nights.members("sales"))
    runs = [night.run_id]

    for done in range(1, 5):
        result = undo(runs[-1])
        runs.append(result.counters.run_id)

        assert (result.counters.status, result.kept) == ("success", ())
        found = nights.user("ann")["job_title"], nights.user("bob")["status"], len(nights.members("sales"))
        assert found == (before if done % 2 else after)
        assert nights.user("cleo")["status"] == ("deactivated" if done % 2 else "ready_to_invite")
        # The newest is applied, the one that it took back is reverted, the one before that is applied again ...
        for place, run_id in enumerate(reversed(runs)):
            assert set(statuses(nights, run_id).values()) == {"reverted" if place % 2 else "applied"}


def test_after_an_undo_of_the_undo_the_run_can_be_undone_again(nights: Nights, undo: Undo) -> None:
    nights.run(Directory.of("ann"))
    night = nights.run(Directory.of("ann", "bob"))
    first = undo(night.run_id)
    undo(first.counters.run_id)

    again = undo(night.run_id)

    assert (again.counters.status, nights.user("bob")["status"]) == ("success", "deactivated")


def test_a_change_of_which_a_field_stayed_is_not_called_reverted_by_a_later_undo(nights: Nights, undo: Undo) -> None:
    directory = Directory.of("ann")
    directory.people["ann"].values |= {"job_title": "A", "department": "A"}
    nights.run(directory)
    directory.people["ann"].values |= {"job_title": "B", "department": "B"}
    night = nights.run(directory)
    nights.do("update peoplegoal.profile set job_title = 'Own'")
    run_id = night.run_id
    key = ("profile", "update", "Ann")

    for _ in range(3):
        run_id = undo(run_id).counters.run_id
        assert statuses(nights, night.run_id) == {key: "applied"}

    assert (nights.user("ann")["job_title"], nights.user("ann")["department"]) == ("Own", "A")
    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {"department": ["B", "A"]}


def test_a_new_user_who_stays_keeps_the_profile_row_applied(nights: Nights, undo: Undo) -> None:
    night = nights.run(Directory.of("ann", "bob"))
    nights.do("update peoplegoal.app_user set status = 'invited' where email = 'ann@contoso.com'")

    undo(night.run_id)

    assert statuses(nights, night.run_id) == {
        ("user", "create", "Ann"): "applied",
        ("user", "create", "Bob"): "reverted",
        ("profile", "create", "Ann"): "applied",
        ("profile", "create", "Bob"): "reverted",
    }
