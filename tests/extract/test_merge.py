"""Base and changes give the next tables; and what a full listing finds beyond them is drift."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.extract.columns import record_batch
from entra_sync.extract.drift import find_drift
from entra_sync.extract.merge import merged_memberships, replaced
from entra_sync.extract.select import GROUP_SELECT, schema
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA, SnapshotTables

USERS = schema(["id", "displayName", "businessPhones", "onPremisesExtensionAttributes"], MANAGER_COLUMNS)
GROUPS = schema(GROUP_SELECT)


def table(rows: list[dict[str, Any]], kind: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([record_batch(rows, kind)], schema=kind)


def user(user_id: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {"id": user_id, "displayName": name, **more}


def edges(*pairs: str) -> pa.Table:
    return table([{"group_id": p[0], "member_id": p[1:], "member_type": "user"} for p in pairs], MEMBERSHIP_SCHEMA)


def pairs(memberships: pa.Table) -> list[str]:
    return sorted(row["group_id"] + row["member_id"] for row in memberships.to_pylist())


def test_changed_rows_replace_and_gone_ones_fall_away() -> None:
    base = table([user("a", "Ann"), user("b", "Bob"), user("c", "Cy")], USERS)

    now = replaced(base, [user("b", "Bo"), user("d", "Di")], {"c", "unknown"})

    assert {row["id"]: row["displayName"] for row in now.to_pylist()} == {"a": "Ann", "b": "Bo", "d": "Di"}


ids = st.sampled_from("1234567")
groups = st.sampled_from("XYZ")
pair = st.tuples(groups, ids)


@given(
    st.sets(pair),
    st.dictionaries(pair, st.sampled_from(["user", None])),
    st.sets(groups),
    st.sets(ids),
    st.sets(pair),
)
def test_memberships_follow_the_changes(
    base: set[tuple[str, str]],
    changes: dict[tuple[str, str], str | None],
    dropped_groups: set[str],
    dropped_members: set[str],
    listed: set[tuple[str, str]],
) -> None:
    changes = {key: kind for key, kind in changes.items() if key[0] not in dropped_groups}
    listed = {key for key in listed if key[0] in dropped_groups}
    kept = {(g, m) for g, m in base if g not in dropped_groups and m not in dropped_members}
    added = {key for key, kind in changes.items() if kind}
    wanted = (kept - {key for key, kind in changes.items() if kind is None}) | added | listed

    now = merged_memberships(
        edges(*("".join(key) for key in base)),
        dropped_groups=dropped_groups,
        dropped_members=dropped_members,
        changes=changes,
        listed=edges(*("".join(key) for key in listed)).to_batches(),
    )

    assert pairs(now) == sorted("".join(key) for key in wanted)


def snapshot(users: list[dict[str, Any]], groups: list[dict[str, Any]], *members: str) -> SnapshotTables:
    return SnapshotTables(users=table(users, USERS), groups=table(groups, GROUPS), memberships=edges(*members))


def test_drift_is_what_differs_and_no_feed_told_of() -> None:
    before = snapshot(
        [user("a", "Ann"), user("b", "Bob"), user("c", "Cy", businessPhones=["1"]), user("d", None), user("e", "E")],
        [{"id": "X", "groupTypes": ["Unified"]}, {"id": "Y"}],
        "Xa",
        "Xb",
        "Yc",
    )
    now = snapshot(
        [user("e", "E"), user("d", "Di"), user("c", "Cy", businessPhones=["2"]), user("b", "Bo"), user("f", "Fay")],
        [{"id": "Y"}, {"id": "X", "groupTypes": []}],
        "Xb",
        "Yc",
        "Yd",
        "Ye",
    )

    drift = find_drift(before, now, {"users": {"b", "d"}, "groups": set()})

    assert drift.users == ["a", "c", "f"]
    assert drift.groups == ["X"]
    # Xa ended and Ye began; Yd is of somebody whom the feed named.
    assert drift.memberships == 2


@pytest.mark.parametrize("told", [{"users": set(), "groups": set()}, {"users": {"a"}, "groups": {"X"}}])
def test_no_drift_between_equals_in_another_order(told: dict[str, set[str]]) -> None:
    extension = {f"extensionAttribute{n}": None for n in range(1, 16)} | {"extensionAttribute3": "x"}
    people = [user("a", "Ann", manager_id="b"), user("b", None, onPremisesExtensionAttributes=extension), user("c")]

    drift = find_drift(snapshot(people, [{"id": "X"}], "Xa"), snapshot(people[::-1], [{"id": "X"}], "Xa"), told)

    assert not drift
