"""The org chart is a forest, only links are ever left out of it, and its measures are those that counting gives."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.org_chart import OrgChart, draw, structure

STATES = ["in_scope", "in_scope", "in_scope", "disabled", "out_of_scope", "rejected"]
CODES = {"disabled": "manager_disabled", "out_of_scope": "manager_out_of_scope", "rejected": "manager_rejected"}


def chart(
    managers: dict[str, str | None],
    states: dict[str, str] | None = None,
    types: dict[str, str] | None = None,
    order: list[str] | None = None,
    fallback: str = "none",
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
    frame = pd.DataFrame(rows, columns=["entra_id", "manager_id", "manager_type", "state"], dtype="str")
    return draw(frame, fallback=fallback)


def links(drawn: OrgChart) -> dict[str, str]:
    return dict(zip(drawn.links["entra_id"], drawn.links["manager_id"], strict=True))


def dropped(drawn: OrgChart) -> dict[str, str]:
    return dict(zip(drawn.dropped["entra_id"], drawn.dropped["code"], strict=True))


def instead(drawn: OrgChart) -> dict[str, str]:
    return dict(zip(drawn.dropped["entra_id"], drawn.dropped["instead"], strict=True))


def measured(managers: dict[str, str | None]) -> dict[str, tuple[int, int, int]]:
    """Id -> depth, span, below."""
    drawn = chart(managers)
    found = structure(drawn.links, pd.Series(sorted(managers), dtype="str"))
    return {row.entra_id: (row.depth, row.span, row.below) for row in found.itertuples()}


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
        "f": "manager_disabled",
        "g": "manager_rejected",
    }


def test_a_cycle_costs_only_the_edge_that_closes_it() -> None:
    drawn = chart({"d": "c", "c": "b", "b": "a", "a": "c", "e": "a"})
    assert dropped(drawn) == {"a": "manager_cycle"}
    assert links(drawn) == {"b": "a", "c": "b", "d": "c", "e": "a"}
    assert drawn.dropped["path"].tolist() == ["a -> c -> b -> a"]


def test_people_outside_the_scope_have_no_links_and_close_no_circle() -> None:
    drawn = chart({"a": "b", "b": "a"}, states={"b": "disabled"})
    assert (links(drawn), dropped(drawn)) == ({}, {"a": "manager_disabled"})


def test_a_chart_without_people_is_empty() -> None:
    drawn = chart({}, fallback="nearest")
    assert drawn.links.columns.tolist() == ["entra_id", "manager_id"]
    assert drawn.dropped.columns.tolist() == ["entra_id", "manager_id", "code", "path", "instead"]
    assert (len(drawn.links), len(drawn.dropped)) == (0, 0)
    assert measured({}) == {}


def test_the_nearest_manager_in_scope_stands_in_and_the_warning_says_who() -> None:
    managers = {"a": "out", "b": "off", "c": "bad", "out": "off", "off": "bad", "bad": "head", "head": None}
    states = {"out": "out_of_scope", "off": "disabled", "bad": "rejected"}
    drawn = chart(managers, states, fallback="nearest")
    assert links(drawn) == {"a": "head", "b": "head", "c": "head"}
    assert dropped(drawn) == {"a": "manager_out_of_scope", "b": "manager_disabled", "c": "manager_rejected"}
    assert instead(drawn) == {"a": "head", "b": "head", "c": "head"}
    assert links(chart(managers, states)) == {}


def test_a_contact_somebody_missing_and_a_circle_end_the_way_up() -> None:
    drawn = chart(
        {"a": "x", "x": "contact", "contact": "head", "b": "y", "y": "gone", "c": "z", "z": "w", "w": "z", "d": "v"}
        | {"v": "v", "e": "top", "top": None, "head": None},
        states=dict.fromkeys("xyzwv", "out_of_scope") | {"top": "disabled"},
        types={"x": "orgContact"},
        fallback="nearest",
    )
    assert links(drawn) == {"contact": "head"}
    assert instead(drawn) == dict.fromkeys("abcde", "")


def test_nobody_stands_in_for_a_link_that_is_wrong_in_itself() -> None:
    drawn = chart({"a": "a", "b": "gone", "c": "head", "head": None}, types={"c": "orgContact"}, fallback="nearest")
    assert links(drawn) == {}
    assert dropped(drawn) == {"a": "manager_self", "b": "manager_missing", "c": "manager_not_a_user"}


def test_nobody_is_their_own_manager_further_up() -> None:
    drawn = chart({"a": "out", "out": "a", "b": "out"}, states={"out": "out_of_scope"}, fallback="nearest")
    assert links(drawn) == {"b": "a"}
    assert instead(drawn) == {"a": "", "b": "a"}


def test_a_circle_that_only_arises_further_up_costs_one_link_as_well_and_both_are_said() -> None:
    drawn = chart({"a": "out", "out": "b", "b": "a", "c": "b"}, states={"out": "disabled"}, fallback="nearest")
    assert links(drawn) == {"b": "a", "c": "b"}
    rows = [tuple(row) for row in drawn.dropped.itertuples(index=False)]
    assert rows == [("a", "out", "manager_disabled", "", ""), ("a", "b", "manager_cycle", "a -> b -> a", "")]


def test_depth_span_and_below_of_a_small_company() -> None:
    found = measured({"head": None, "a": "head", "b": "head", "c": "a", "d": "a", "e": "d", "alone": None})
    assert found == {
        "head": (0, 2, 5),
        "a": (1, 2, 3),
        "b": (1, 0, 0),
        "c": (2, 0, 0),
        "d": (2, 1, 1),
        "e": (3, 0, 0),
        "alone": (0, 0, 0),
    }


def test_long_chains_and_long_circles_are_nothing_special() -> None:
    size = 50_000
    people = [f"{n:06d}" for n in range(size)]
    chain: dict[str, str | None] = dict(zip(people, [None, *people[:-1]], strict=True))
    found = measured(chain)
    assert (found[people[0]], found[people[-1]]) == ((0, 1, size - 1), (size - 1, 0, 0))
    ring = chart({**chain, people[0]: people[-1]})
    assert dropped(ring) == {people[0]: "manager_cycle"}
    assert ring.dropped["path"][0].count(" -> ") == size
    skipped = chart(chain, dict.fromkeys(people[1:-1], "out_of_scope"), fallback="nearest")
    assert links(skipped) == {people[-1]: people[0]}


companies = st.integers(min_value=1, max_value=12).flatmap(
    lambda size: st.tuples(
        st.lists(st.one_of(st.none(), st.integers(0, size)), min_size=size, max_size=size),
        st.lists(st.sampled_from(STATES), min_size=size, max_size=size),
        st.lists(st.sampled_from(["user"] * 5 + ["orgContact"]), min_size=size, max_size=size),
        st.permutations(range(size)),
        st.sampled_from(["none", "nearest"]),
    )
)


@given(companies)
def test_the_chart_is_the_one_that_walking_person_by_person_gives_whatever_the_order_of_the_rows(
    company: tuple[list[int | None], list[str], list[str], list[int], str],
) -> None:
    managers, states, types, order, fallback = company
    names = [f"p{n:02d}" for n in range(len(managers))]
    manager = {one: None if m is None else f"p{m:02d}" for one, m in zip(names, managers, strict=True)}
    state, kind = dict(zip(names, states, strict=True)), dict(zip(names, types, strict=True))
    drawn = chart(manager, state, kind, fallback=fallback)
    again = chart(manager, state, kind, order=[names[n] for n in order], fallback=fallback)
    assert drawn.links.equals(again.links)
    assert drawn.dropped.equals(again.dropped)
    kept, rows = slowly(manager, state, kind, fallback)
    assert links(drawn) == kept
    assert [tuple(row) for row in drawn.dropped.itertuples(index=False)] == rows
    accepted = [one for one in names if state[one] == "in_scope"]
    found = structure(drawn.links, pd.Series(accepted, dtype="str"))
    assert found["entra_id"].tolist() == accepted
    for row in found.itertuples():
        assert (None if pd.isna(row.manager_id) else row.manager_id) == kept.get(row.entra_id)
        assert row.depth == len(up(row.entra_id, kept))
        assert row.span == sum(one == row.entra_id for one in kept.values())
        assert row.below == sum(row.entra_id in up(one, kept) for one in accepted)


Row = tuple[str, str, str, str, str]


def slowly(
    manager: dict[str, str | None], state: dict[str, str], kind: dict[str, str], fallback: str
) -> tuple[dict[str, str], list[Row]]:
    """The chart and what was dropped, person by person."""
    kept: dict[str, str] = {}
    rows: list[Row] = []
    for one in sorted(manager):
        asked = manager[one]
        if asked is None or state[one] != "in_scope":
            continue
        if kind[one] != "user":
            rows.append((one, asked, "manager_not_a_user", "", ""))
        elif asked == one:
            rows.append((one, asked, "manager_self", "", ""))
        elif asked not in manager:
            rows.append((one, asked, "manager_missing", "", ""))
        elif state[asked] == "in_scope":
            kept[one] = asked
        else:
            taken = further_up(asked, manager, state, kind) if fallback == "nearest" else ""
            taken = "" if taken == one else taken
            rows.append((one, asked, CODES[state[asked]], "", taken))
            if taken:
                kept[one] = taken
    for one in sorted(kept):
        way = up(one, kept)
        if way and way[-1] == one and one == min(way):
            path = " -> ".join([one, *way])
            rows = [(*row[:4], "") if row[0] == one else row for row in rows]
            rows.append((one, kept.pop(one), "manager_cycle", path, ""))
    return kept, sorted(rows, key=lambda row: row[0])


def further_up(person: str, manager: dict[str, str | None], state: dict[str, str], kind: dict[str, str]) -> str:
    seen = {person}
    while kind[person] == "user" and manager[person] in manager and manager[person] not in seen:
        person = str(manager[person])
        if state[person] == "in_scope":
            return person
        seen.add(person)
    return ""


def up(person: str, kept: dict[str, str]) -> list[str]:
    """Everybody above, nearest first; ends where somebody comes again."""
    way: list[str] = []
    while person in kept and kept[person] not in way:
        person = kept[person]
        way.append(person)
    return way
