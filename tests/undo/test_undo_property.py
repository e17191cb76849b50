"""Whatever a night did: its undo leaves the state before it, and the undo of that the state after it."""

from __future__ import annotations

import secrets
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entra_sync.undo import undo_run
from tests.load.factory import Directory, Nights
from tests.load.test_load_property import NAMES, directories

STATUSES = ("ready_to_invite", "invited", "active")
# Times of the undo itself.
TIMES = ("created_at", "updated_at", "since", "deactivated_at")

State = dict[str, dict[Any, dict[str, Any]]]


@st.composite
def nights_of(draw: Any) -> tuple[list[Directory], list[str], list[Any]]:
    """One to three nights before, the night in question; people whom PeopleGoal has before; whom it invites."""
    history = draw(st.lists(directories(), min_size=2, max_size=4))
    for directory in history:
        for name in directory.groups:
            directory.groups[name].owner = draw(st.sampled_from([None, *NAMES]))
            directory.groups[name].description = draw(st.sampled_from([None, "Old", "New"]))
        if draw(st.booleans()):
            directory.groups = {}
    own = draw(st.lists(st.sampled_from([f"mail{number}@contoso.com" for number in range(3)]), unique=True))
    invited = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STATUSES)), max_size=4))
    return history, own, invited


def state(nights: Nights) -> State:
    """Every row of the account by its key, without the times of the undo."""
    account = nights.rows("select id from peoplegoal.account where slug = %s", nights.slug)[0]["id"]
    keys = {"app_user": "id", "profile": "user_id", "team": "id", "team_member": "(team_id, user_id)::text"}
    return {
        table: {
            row["key"]: {name: value for name, value in row.items() if name not in TIMES}
            for row in nights.rows(f"select {key} as key, t.* from peoplegoal.{table} t where account_id = %s", account)
        }
        for table, key in keys.items()
    }


def shown(found: State, before: State) -> State:
    """Without the users and teams that came after ``before``: those have to be deactivated and archived."""
    users, teams = found["app_user"], found["team"]
    new_users, new_teams = users.keys() - before["app_user"].keys(), teams.keys() - before["team"].keys()
    assert {users[key]["status"] for key in new_users} <= {"deactivated"}
    assert {teams[key]["status"] for key in new_teams} <= {"archived"}
    profiles = {key: row for key, row in found["profile"].items() if key in before["profile"]}
    # A profile that the night made for a user who had none is empty again.
    for key in found["profile"].keys() - before["profile"].keys() - new_users:
        row = found["profile"][key]
        assert not any(row[name] for name in row if name not in ("key", "user_id", "account_id"))
    return {
        "app_user": {key: row for key, row in users.items() if key not in new_users},
        "profile": profiles,
        "team": {key: row for key, row in teams.items() if key not in new_teams},
        "team_member": found["team_member"],
    }


def counters_agree(nights: Nights) -> bool:
    counted = nights.rows("select * from sync.run_count")
    run = {row["id"]: row for row in nights.rows("select * from sync.run")}
    return all(run[row["run_id"]][name] == row[name] for row in counted for name in row if name != "run_id")


def statuses(nights: Nights, run_id: int) -> set[str]:
    return {row["status"] for row in nights.rows("select status from sync.change where run_id = %s", run_id)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=nights_of())
def test_an_undo_leaves_the_state_before(
    database_url: str, drawn: tuple[list[Directory], list[str], list[Any]]
) -> None:
    history, own, invited = drawn
    nights = Nights(url=database_url, slug=f"a-{secrets.token_hex(6)}")
    nights.config = {"teams": {"from_groups": {"lead": "owner"}}}
    nights.do("insert into peoplegoal.account (slug, name) values (%s, %s)", nights.slug, nights.slug.title())
    for address in own:
        nights.do(
            "insert into peoplegoal.app_user (account_id, email, status)"
            " select id, %s, 'active' from peoplegoal.account where slug = %s",
            address,
            nights.slug,
        )
    for directory in history[:-1]:
        nights.run(directory)
    for name, status in invited:
        nights.do(
            "update peoplegoal.app_user u set status = %s from peoplegoal.account a, peoplegoal.profile p"
            " where a.slug = %s and u.account_id = a.id and p.user_id = u.id and p.display_name = %s"
            " and u.status <> 'deactivated'",
            status,
            nights.slug,
            name.title(),
        )
    before = state(nights)
    night = nights.run(history[-1])
    after = state(nights)

    first = undo_run(database_url, night.run_id)

    assert first.kept == ()
    assert shown(state(nights), before) == before
    assert statuses(nights, night.run_id) <= {"reverted", "held", "rejected"}
    assert undo_run(database_url, night.run_id).counters.status == "no_changes"

    second = undo_run(database_url, first.counters.run_id)

    assert second.kept == ()
    assert state(nights) == after
    assert statuses(nights, first.counters.run_id) <= {"reverted"}
    assert statuses(nights, night.run_id) <= {"applied", "held", "rejected"}

    third = undo_run(database_url, second.counters.run_id)

    assert third.kept == ()
    assert shown(state(nights), before) == before
    assert statuses(nights, night.run_id) <= {"reverted", "held", "rejected"}
    assert counters_agree(nights)
