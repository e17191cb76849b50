"""Who is in which group: directly, or through groups in groups, and the way on which they came.

Memberships come by the million and most of them are direct: texts become numbers once, and everything after that is
sorting numbers. Only the ways between groups are walked one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from entra_sync.mapping.rows import Column, pc
from entra_sync.transform.team_tables import Numbers

STEP = " > "


@dataclass(frozen=True, kw_only=True)
class GroupMembers:
    """One row per member and group, sorted: places in the lists of groups and people that were asked for.

    way: place in ``ways``, ids of the groups between the group and the person, joined; 0 is the direct one.
    strangers: for each group how many of its direct members are users that nobody knows.
    """

    group: Numbers
    person: Numbers
    way: Numbers
    ways: pa.Array[Any]
    strangers: dict[int, int]


def group_members(
    groups: list[str], inside: dict[str, list[str]], memberships: pa.Table, people: Column
) -> GroupMembers:
    """Members of ``groups`` among ``people``, both sorted; ``inside``: group -> groups that are its direct members.

    Of several ways into a group the shortest counts, of several shortest ones the smallest.
    """
    roots = {one: place for place, one in enumerate(groups)}
    nested = [(roots[root], *way) for root in groups if root in inside for way in ways_within(root, inside)]
    every = [*groups, *sorted({group for _, group, _ in nested} - roots.keys())]
    place_of = {one: place for place, one in enumerate(every)}
    holder, person, strangers = _direct(every, len(groups), memberships, people)

    # Rows of each holder lie together; those of nested groups are taken once more for every group around them.
    starts = np.searchsorted(holder, np.arange(len(every) + 1))
    inner = np.array([place_of[group] for _, group, _ in nested], np.int64)
    counts = starts[inner + 1] - starts[inner]
    places = np.repeat(starts[inner] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    own = holder < len(groups)
    group = np.concatenate([holder[own], np.repeat(np.array([root for root, _, _ in nested], np.int64), counts)])
    member = np.concatenate([person[own], person[places]])
    way = np.concatenate([np.zeros(own.sum(), np.int64), np.repeat(np.arange(1, len(nested) + 1), counts)])
    first = _first_of_each(group * max(len(people), 1) + member)
    return GroupMembers(
        group=group[first],
        person=member[first],
        way=way[first],
        ways=pa.array(["", *(text for _, _, text in nested)], pa.string()),
        strangers=strangers,
    )


def ways_within(root: str, inside: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Every group inside ``root``, at any depth, with the ids on the way to it (its own last, the root's not).

    Sorted by length and then by text; of several ways to a group it is the first in this order.
    """
    seen = {root}
    level: list[tuple[tuple[str, ...], str]] = [((), root)]
    found: list[tuple[str, str]] = []
    while level:
        further: dict[str, tuple[str, ...]] = {}
        for way, group in level:
            for member in inside.get(group, ()):
                if member not in seen:
                    further[member] = min(further.get(member, (*way, member)), (*way, member))
        seen |= further.keys()
        level = sorted((way, group) for group, way in further.items())
        found += [(group, STEP.join(way)) for way, group in level]
    return found


def _direct(
    groups: list[str], asked: int, memberships: pa.Table, people: Column
) -> tuple[Numbers, Numbers, dict[int, int]]:
    """Places of groups and people of the direct memberships, sorted, each once; unknown users of ``asked`` groups."""
    holder = _places(memberships["group_id"], pa.array(groups, pa.string()))
    person = _places(memberships["member_id"], people)
    users = pc.fill_null(pc.equal(memberships["member_type"], "user"), False).to_numpy()
    unknown = users & (holder >= 0) & (holder < asked) & (person < 0)
    rows = memberships.select(["group_id", "member_id"]).filter(pa.array(unknown))
    alone = rows.group_by(["group_id", "member_id"]).aggregate([])["group_id"]
    strangers, numbers = np.unique(_places(alone, pa.array(groups, pa.string())), return_counts=True)
    known = users & (holder >= 0) & (person >= 0)
    width = max(len(people), 1)
    # Sorted here: numpy's own way to distinct numbers is a hash table, which takes ten times as long.
    keys = np.sort(holder[known].astype(np.int64) * width + person[known])
    keys = keys[_begins(keys)]
    return keys // width, keys % width, dict(zip(strangers.tolist(), numbers.tolist(), strict=True))


def _places(values: Any, among: Column) -> Numbers:
    """The place of each value, -1 where it is none of them."""
    found: Numbers = pc.fill_null(pc.index_in(values, value_set=among), -1).to_numpy()
    return found


def _first_of_each(keys: Numbers) -> Numbers:
    """Where each key comes first, in the order of the keys."""
    order = np.argsort(keys, kind="stable")
    first: Numbers = order[_begins(keys[order])]
    return first


def _begins(ordered: Numbers) -> Numbers:
    """True where another number begins."""
    return np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)]
