"""Owners who lead the teams of their groups."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.errors import SnapshotError
from entra_sync.transform import CuratedTables, build
from tests.transform.tenant import account, built, decided, gid, group, person, tables, uid

OWNED = account(teams={"from_groups": {"lead": "owner"}})

PEOPLE = [person(1), person(2), person(3, accountEnabled=False), person(4, userType="Guest"), person(5, mail="bad")]


def led(owners: list[int] | None, **values: Any) -> CuratedTables:
    """One group with the members 1 and 2 and these owners."""
    ids = None if owners is None else [uid(n) for n in owners]
    return built(tables(PEOPLE, [group(1, owner_ids=ids, **values)], {1: [1, 2]}, config=OWNED), OWNED)


@pytest.mark.parametrize(
    ("owners", "lead"),
    [([2], 2), ([2, 1], 1), ([3, 2], 2), ([4, 5, 77, 2], 2), ([3, 4, 5, 77], None), ([], None), (None, None)],
)
def test_the_owner_with_the_smallest_id_leads_of_those_who_are_accepted(
    owners: list[int] | None, lead: int | None
) -> None:
    curated = led(owners)
    assert curated.team["lead_entra_id"].to_pylist() == [None if lead is None else uid(lead)]
    roles = {row["user_entra_id"]: row["role"] for row in curated.team_member.to_pylist()}
    assert roles == {uid(n): "lead" if n == lead else "member" for n in (1, 2)}
    warned = [row for row in curated.issues.to_pylist() if row["code"] == "team_lead_missing"]
    assert [(row["entity"], row["entra_id"], row["label"]) for row in warned] == (
        [("team", gid(1), "Group 1")] if lead is None else []
    )


def test_an_owner_who_is_no_member_leads_and_stays_outside() -> None:
    snapshot = tables(PEOPLE, [group(1, owner_ids=[uid(1)])], {1: [2]}, config=OWNED)
    curated = built(snapshot, OWNED)
    assert curated.team["lead_entra_id"].to_pylist() == [uid(1)]
    assert [tuple(row.values()) for row in curated.team_member.to_pylist()] == [
        (f"group:{gid(1)}", uid(2), "member", "")
    ]


def test_an_owner_who_is_a_member_through_another_group_has_the_role_of_lead() -> None:
    groups = [group(1, owner_ids=[uid(1)]), group(2, owner_ids=[uid(2)])]
    curated = built(tables(PEOPLE, groups, {2: [1]}, {1: [2]}, config=OWNED), OWNED)
    assert [tuple(row.values()) for row in curated.team_member.to_pylist()] == [
        (f"group:{gid(1)}", uid(1), "lead", gid(2)),
        (f"group:{gid(2)}", uid(1), "member", ""),
    ]


def test_why_nobody_leads_is_said_without_a_name() -> None:
    assert led([3, 4]).issues["message"].to_pylist() == ["None of the group's 2 owners is accepted in scope."]
    assert led([]).issues["message"].to_pylist() == ["The group has no owner."]


def test_owners_lead_nothing_when_the_account_does_not_ask_for_it() -> None:
    config = account()
    curated = built(tables(PEOPLE, [group(1)], {1: [1]}, config=config), config)
    assert curated.team["lead_entra_id"].to_pylist() == [None]
    assert curated.issues.num_rows == 0


def test_a_snapshot_without_owners_is_refused_and_not_taken_for_groups_without_any() -> None:
    snapshot = tables(PEOPLE, [group(1)], {1: [1]})
    with pytest.raises(SnapshotError, match="owners"):
        build(snapshot, OWNED, {}, decided(snapshot, OWNED))
