"""``sync.headcount``: who is there, came, left and moved, day after day; counted again when a day is replayed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.errors import GraphError
from entra_sync.headcount import count, numbers
from sandbox.faults import Fault
from tests.e2e.conftest import Nights, nights, quick_retries
from tests.e2e.test_nights import plain_people

__all__ = ["nights", "quick_retries"]

DAYS = [date(2026, 11, day) for day in (20, 21, 22)]
PEOPLE = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.sampled_from(["in_scope", "in_scope", "rejected", "disabled"]), st.sampled_from(["", "Sales", "IT"])),
)


def tables(people: dict[str, tuple[str, str]], *, complete: bool) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """A day's profiles and persons."""
    inside = [(name, department) for name, (state, department) in people.items() if state == "in_scope"]
    profile = pd.DataFrame(inside, columns=["entra_id", "department"]).astype("str")
    person = pd.DataFrame([(name, state) for name, (state, _) in people.items()], columns=["entra_id", "state"])
    return profile, person.astype("str"), complete


@given(st.lists(st.tuples(PEOPLE, st.booleans()), min_size=1, max_size=5))
def test_the_sums_hold_on_every_day(days: list[tuple[dict[str, tuple[str, str]], bool]]) -> None:
    before: pd.DataFrame | None = None
    there: dict[str, str] = {}
    for people, complete in days:
        counted = count(tables(people, complete=complete), before)
        rows = {row["department"]: row for row in numbers(counted, before)}
        stay = {n: d for n, d in there.items() if not complete or people.get(n, ("", ""))[0] == "rejected"}
        now = stay | {name: department for name, (state, department) in people.items() if state == "in_scope"}

        assert dict(zip(counted["entra_id"], counted["department"], strict=True)) == now
        for department in {"", "Sales", "IT"} | set(rows):
            row = rows.get(department, dict.fromkeys(("active", "joiners", "leavers", "movers_in", "movers_out"), 0))
            was = sum(d == department for d in there.values())
            assert row["active"] == sum(d == department for d in now.values())
            if before is not None:
                came, left = row["joiners"] + row["movers_in"], row["leavers"] + row["movers_out"]
                assert row["active"] == was + came - left
                assert row["joiners"] == sum(d == department and n not in there for n, d in now.items())
                assert row["leavers"] == sum(d == department and n not in now for n, d in there.items())
        before, there = counted, now


def headcount(nights: Nights, day: date) -> dict[str, dict[str, Any]]:
    """The day's rows by department."""
    rows = nights.rows("select * from sync.headcount where date = %s", day)
    return {row["department"]: row for row in rows}


def totals(nights: Nights, day: date) -> tuple[int, ...]:
    """Active, joiners, leavers, movers in, movers out of the whole account."""
    rows = headcount(nights, day).values()
    names = ("active", "joiners", "leavers", "movers_in", "movers_out")
    return tuple(sum(row[name] for row in rows) for name in names)


def users(nights: Nights) -> int:
    (row,) = nights.rows("select count(*) as users from peoplegoal.app_user where status <> 'deactivated'")
    return int(row["users"])


def test_a_leaver_and_a_mover_are_counted_where_they_were(nights: Nights) -> None:
    nights.day = DAYS[0]
    nights.run()
    first = users(nights)
    assert totals(nights, DAYS[0]) == (first, 0, 0, 0, 0)
    gone, mover = plain_people(nights)[:2]
    old = nights.tenant.company.users[mover].attributes["department"]
    nights.tenant.company.delete_user(gone)
    nights.tenant.company.update_user(mover, department="Moon Base")
    nights.day = DAYS[1]
    nights.run()

    assert totals(nights, DAYS[1]) == (first - 1, 0, 1, 1, 1)
    assert headcount(nights, DAYS[1])["Moon Base"]["movers_in"] == 1
    assert headcount(nights, DAYS[1])[old or ""]["movers_out"] == 1
    nights.day = DAYS[2]
    nights.run()
    assert totals(nights, DAYS[2]) == (first - 1, 0, 0, 0, 0)


def test_an_incomplete_night_has_no_leavers(nights: Nights) -> None:
    nights.day = DAYS[0]
    nights.run()
    first = users(nights)
    nights.tenant.company.delete_user(plain_people(nights)[0])
    nights.tenant.settings.count_offset["users"] = 6
    nights.day = DAYS[1]
    nights.run(mode="full")

    assert not nights.rows("select 1 from sync.measure where name = 'complete' and value = 1 and run_id = 2")
    assert totals(nights, DAYS[1]) == (first, 0, 0, 0, 0)


def test_a_day_that_is_replayed_is_counted_again_and_so_is_the_next(nights: Nights) -> None:
    gone, mover = plain_people(nights)[:2]
    nights.day = DAYS[0]
    nights.run()
    nights.tenant.company.update_user(mover, department="Moon Base")
    for day in DAYS[1:]:
        nights.day = day
        nights.run()
    before = [headcount(nights, day) for day in DAYS]
    nights.config = {"scope": {"filter": [{"attribute": "id", "equals": gone, "not": True}]}}

    nights.day = DAYS[2]
    nights.run(mode="replay", replayed=DAYS[1])

    assert totals(nights, DAYS[1])[2] == 1, "by today's account file they left on that day"
    assert totals(nights, DAYS[2])[1] == 1, "and came back on the next, whose tables are as they were"
    assert headcount(nights, DAYS[0]) == before[0]
    nights.config = {}
    nights.run(mode="replay", replayed=DAYS[1])
    assert [headcount(nights, day) for day in DAYS] == before


def test_a_dry_run_and_a_failed_night_are_not_counted(nights: Nights) -> None:
    nights.day = DAYS[0]
    nights.run(dry_run=True)
    assert headcount(nights, DAYS[0]) == {}
    nights.tenant.faults.add(Fault(path=r"^/users\?", status=400))
    with pytest.raises(GraphError):
        nights.run(mode="full")

    assert headcount(nights, DAYS[0]) == {}
