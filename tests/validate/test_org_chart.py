"""The org chart is a forest, and only links are ever left out of it."""

from __future__ import annotations

import itertools

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.org_chart import OrgChart, circles, draw

STATES = ["in_scope", "in_scope", "in_scope", "disabled", "out_of_scope", "rejected"]


def chart(
    managers: dict[str, str | None],
    states: dict[str, str] | None = None,
    types: dict[str, str] | None = None,
    order: list[str] | None = None,
) -> OrgChart:
    rows = [
        {
            "entra_id": one,
            "manager_id": managers[one],
            "manager_type": (types or {}).get(one, "user"),
            "state": (states or {}).get(one, "in_scope"),
        }
        for one in (order or list(managers))
    ]
    return draw(pd.DataFrame(rows, columns=["entra_id", "manager_id", "manager_type", "state"], dtype="str"))


def links(drawn: OrgChart) -> dict[str, str]:
    return dict(zip(drawn.links["entra_id"], drawn.links["manager_id"], strict=True))


def dropped(drawn: OrgChart) -> dict[str, str]:
    return dict(zip(drawn.dropped["entra_id"], drawn.dropped["code"], strict=True))


def test_each_link_that_cannot_be_kept_says_why() -> None:
    drawn = chart(
        {
            "a": "b",
            "b": "b",
            "c": "gone",
            "d": "x",
            "e": "out",
            "f": "off",
            "g": "bad",
            "x": None,
            "out": None,
        }
        | {"off": None, "bad": None, "head": None, "h": "head"},
        states={"out": "out_of_scope", "off": "disabled", "bad": "rejected"},
        types={"d": "orgContact"},
    )
    assert links(drawn) == {"a": "b", "h": "head"}
    assert dropped(drawn) == {
        "b": "manager_self",
        "c": "manager_missing",
        "d": "manager_not_a_user",
        "e": "manager_out_of_scope",
        "f": "manager_out_of_scope",
        "g": "manager_rejected",
    }


def test_a_cycle_costs_only_the_edge_that_closes_it() -> None:
    drawn = chart({"d": "c", "c": "b", "b": "a", "a": "c", "e": "a"})
    assert dropped(drawn) == {"a": "manager_cycle"}
    assert links(drawn) == {"b": "a", "c": "b", "d": "c", "e": "a"}
    assert drawn.dropped["path"].tolist() == ["a -> c -> b -> a"]


def test_people_outside_the_scope_have_no_links_and_close_no_circle() -> None:
    drawn = chart({"a": "b", "b": "a"}, states={"b": "disabled"})
    assert (links(drawn), dropped(drawn)) == ({}, {"a": "manager_out_of_scope"})


def test_a_chart_without_people_is_empty() -> None:
    drawn = chart({})
    assert drawn.links.empty
    assert drawn.dropped.empty


def test_a_long_chain_is_no_circle() -> None:
    people = [f"{n:06d}" for n in range(50_000)]
    assert circles(dict(itertools.pairwise(people))) == []
    assert len(circles(dict(zip(people, people[1:] + people[:1], strict=True)))[0]) == 50_000


people = st.integers(min_value=1, max_value=12).flatmap(
    lambda size: st.tuples(
        st.lists(st.one_of(st.none(), st.integers(0, size)), min_size=size, max_size=size),
        st.lists(st.sampled_from(STATES), min_size=size, max_size=size),
        st.permutations(range(size)),
    )
)


@given(people)
def test_the_chart_is_always_a_forest_and_the_order_of_the_rows_decides_nothing(
    drawn: tuple[list[int | None], list[str], list[int]],
) -> None:
    managers, states, order = drawn
    asked = {f"p{n:02d}": None if m is None else f"p{m:02d}" for n, m in enumerate(managers)}
    state = {f"p{n:02d}": one for n, one in enumerate(states)}
    first = chart(asked, state)
    again = chart(asked, state, order=[f"p{n:02d}" for n in order])
    assert first.links.equals(again.links)
    assert first.dropped.equals(again.dropped)
    kept = links(first)
    assert circles(kept) == []
    for person, manager in kept.items():
        assert asked[person] == manager
        assert state[person] == state[manager] == "in_scope"
    # Every link of a person in scope is either kept or named; one link per circle is left out, no more.
    wanted = {person for person, manager in asked.items() if manager and state[person] == "in_scope"}
    assert wanted == set(kept) | set(dropped(first))
    cut = [person for person, code in dropped(first).items() if code == "manager_cycle"]
    closed = {p: m for p, m in asked.items() if m and p in set(kept) | set(cut)}
    assert len(circles(closed)) == len(cut)
