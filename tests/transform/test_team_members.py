"""The way on which somebody came into a team, and groups without anybody."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from entra_sync.transform import CuratedTables
from entra_sync.transform.team_members import ways_within
from tests.transform.tenant import account, built, gid, group, members, person, tables, uid


def ways(curated: CuratedTables, number: int) -> dict[str, str]:
    """Who is in one group's team, and through which groups."""
    rows = curated.team_member.to_pylist()
    return {row["user_entra_id"]: row["via"] for row in rows if row["team_key"] == f"group:{gid(number)}"}


def test_a_member_has_the_groups_on_the_way_and_a_direct_member_none() -> None:
    people = [person(n) for n in (1, 2, 3)]
    groups = [group(n) for n in (1, 2, 3)]
    curated = built(tables(people, groups, {1: [1], 2: [1, 2], 3: [2, 3]}, {1: [2], 2: [3]}))
    assert ways(curated, 1) == {uid(1): "", uid(2): gid(2), uid(3): f"{gid(2)} > {gid(3)}"}
    assert ways(curated, 2) == {uid(1): "", uid(2): "", uid(3): gid(3)}
    assert ways(curated, 3) == {uid(2): "", uid(3): ""}


def test_the_shortest_way_counts_and_of_several_the_smallest() -> None:
    groups = [group(n) for n in range(1, 7)]
    # 1 holds 2, 3 and 6; 5 lies in 2 and in 3; 4 lies in 5 and, one step nearer, in 6.
    inside = {1: [3, 2, 6], 2: [5], 3: [5], 5: [4], 6: [4]}
    curated = built(tables([person(1), person(2)], groups, {5: [1], 4: [2]}, inside))
    assert ways(curated, 1) == {uid(1): f"{gid(2)} > {gid(5)}", uid(2): f"{gid(6)} > {gid(4)}"}


def test_a_membership_that_is_listed_twice_is_one() -> None:
    curated = built(tables([person(1)], [group(1), group(2)], {1: [1, 1], 2: [1, 1]}, {1: [2, 2]}))
    assert [tuple(row.values()) for row in curated.team_member.to_pylist()] == [
        (f"group:{gid(1)}", uid(1), "member", ""),
        (f"group:{gid(2)}", uid(1), "member", ""),
    ]


@settings(deadline=None, derandomize=True)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True)),
    st.sampled_from("abcdef"),
)
def test_ways_are_those_that_trying_all_of_them_finds(inside: dict[str, list[str]], root: str) -> None:
    found: dict[str, list[str]] = {}
    for length in range(1, 6):
        for path in itertools.permutations("abcdef", length):
            steps = zip((root, *path), path, strict=False)
            if root not in path and all(b in inside.get(a, ()) for a, b in steps):
                found.setdefault(path[-1], []).append(" > ".join(path))
    assert dict(ways_within(root, inside)) == {
        group: min(texts, key=lambda t: (len(t), t)) for group, texts in found.items()
    }


def test_empty_groups_are_no_teams_when_the_account_says_so() -> None:
    people = [person(1), person(2, accountEnabled=False), person(3, mail="bad")]
    groups = [group(n) for n in range(1, 6)]
    snapshot = tables(people, groups, {1: [1], 2: [2], 4: [3]}, {5: [1]})
    assert set(built(snapshot).team["entra_id"].to_pylist()) == {gid(n) for n in range(1, 6)}
    filled = built(snapshot, account(teams={"from_groups": {"empty": False}}))
    # 2 holds a leaver only, 3 nobody; 4 holds somebody whose row was rejected: in scope, and left as they are.
    assert filled.team["entra_id"].to_pylist() == [gid(1), gid(4), gid(5)]
    assert [members(filled, n) for n in (1, 4, 5)] == [{uid(1)}, set(), {uid(1)}]


def test_a_group_that_is_no_team_is_not_complained_about() -> None:
    nameless = group(1, displayName=None)
    curated = built(tables([person(1)], [nameless], {1: [77]}), account(teams={"from_groups": {"empty": False}}))
    assert (curated.team.num_rows, curated.issues.num_rows) == (0, 0)
