"""Groups and managers to teams."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.groups import group_kind
from tests.transform.tenant import account, built, gid, group, members, person, tables, uid


def teams(*groups: dict[str, Any], **from_groups: Any) -> dict[str, dict[str, Any]]:
    """The group teams of a tenant with one person."""
    config = account(teams={"from_groups": from_groups})
    rows = built(tables([person(1)], list(groups)), config).team.to_pylist()
    return {row["entra_id"]: row for row in rows}


@pytest.mark.parametrize(
    ("types", "mail", "security", "kind"),
    [
        (["Unified"], True, False, "microsoft365"),
        (["Unified"], True, True, "microsoft365"),
        (["Unified", "DynamicMembership"], True, False, "microsoft365"),
        (["DynamicMembership", "unified"], False, None, "microsoft365"),
        ([], False, True, "security"),
        (None, None, True, "security"),
        (["DynamicMembership"], False, True, "security"),
        ([], True, True, "mail_security"),
        ([], True, False, "distribution"),
        (None, True, None, "distribution"),
        ([], False, False, None),
        (None, None, None, None),
    ],
)
def test_the_kind_of_a_group(
    types: list[str] | None, mail: bool | None, security: bool | None, kind: str | None
) -> None:
    assert group_kind(types, mail, security) == kind


def test_a_team_carries_the_groups_facts() -> None:
    unified = group(1, displayName=" Sales ", description="", mail="Sales@Contoso.com", groupTypes=["Unified"])
    assert teams(unified)[gid(1)] == {
        "key": f"group:{gid(1)}",
        "kind": "group",
        "entra_id": gid(1),
        "name": "Sales",
        "description": None,
        "email": "sales@contoso.com",
        "lead_entra_id": None,
    }


def test_types_include_and_exclude_choose_the_teams() -> None:
    groups = [
        group(1, displayName="SG-One"),
        group(2, displayName="Two"),
        group(3, displayName="Three", mailEnabled=True, securityEnabled=False),
    ]
    assert set(teams(*groups)) == {gid(1), gid(2)}
    assert set(teams(*groups, exclude=["sg-*"])) == {gid(2)}
    assert set(teams(*groups, include=[gid(1), "two"], exclude=[gid(2)])) == {gid(1)}
    assert set(teams(*groups, types=["distribution"], include=[])) == {gid(3)}


def test_a_group_without_a_name_keeps_its_team() -> None:
    nameless = [group(1, displayName=None, mailNickname="one"), group(2, displayName=" ")]
    curated = built(tables([person(1)], nameless))
    assert curated.team["name"].to_pylist() == ["one", gid(2)]
    assert curated.issues["code"].to_pylist() == ["team_name_missing", "team_name_missing"]
    assert set(curated.issues["step"].to_pylist()) == {"transform"}


def test_no_teams_when_none_are_wanted() -> None:
    config = account(teams={"from_groups": None, "from_managers": False})
    curated = built(tables([person(1), person(2, manager=1)], [group(1)], {1: [1]}), config)
    assert (curated.team.num_rows, curated.team_member.num_rows) == (0, 0)


def test_members_are_accepted_people_in_scope_and_an_empty_group_is_a_team() -> None:
    people = [person(1), person(2, accountEnabled=False), person(3, userType="Guest"), person(4, mail="bad")]
    curated = built(tables(people, [group(1), group(2)], {1: [1, 2, 3, 4]}))
    assert members(curated, 1) == {uid(1)}
    assert curated.team["entra_id"].to_pylist() == [gid(1), gid(2)]
    assert set(curated.team_member["role"].to_pylist()) == {"member"}


def test_nested_members_belong_to_the_outer_team_at_any_depth_once() -> None:
    people = [person(n) for n in (1, 2, 3)]
    groups = [group(n) for n in (1, 2, 3)]
    snapshot = tables(people, groups, {1: [1], 2: [1, 2], 3: [3]}, {1: [2], 2: [3], 3: [1, 3]})
    curated = built(snapshot)
    assert [members(curated, n) for n in (1, 2, 3)] == [{uid(1), uid(2), uid(3)}] * 3
    assert curated.team_member.num_rows == 9
    flat = built(snapshot, account(teams={"nested": False}))
    assert [members(flat, n) for n in (1, 2, 3)] == [{uid(1)}, {uid(1), uid(2)}, {uid(3)}]


def test_members_come_through_groups_that_are_no_teams_themselves() -> None:
    mailing = group(2, mailEnabled=True, securityEnabled=False)
    curated = built(tables([person(1)], [group(1), mailing], {2: [1]}, {1: [2]}))
    assert curated.team["entra_id"].to_pylist() == [gid(1)]
    assert members(curated, 1) == {uid(1)}


def test_hidden_membership_is_shown_only_when_the_account_says_so() -> None:
    groups = [group(1), group(2, visibility="HiddenMembership")]
    snapshot = tables([person(1), person(2)], groups, {1: [1], 2: [2]}, {1: [2]})
    closed = built(snapshot)
    assert closed.team["entra_id"].to_pylist() == [gid(1)]
    assert members(closed, 1) == {uid(1)}
    shown = built(snapshot, account(teams={"from_groups": {"hidden": True}}))
    assert (members(shown, 1), members(shown, 2)) == ({uid(1), uid(2)}, {uid(2)})


def test_members_that_nobody_knows_are_counted_once_per_team() -> None:
    curated = built(tables([person(1)], [group(1), group(2)], {1: [1, 77, 78, 78], 2: [1]}))
    (row,) = curated.issues.to_pylist()
    assert (row["code"], row["entity"], row["entra_id"], row["label"]) == (
        "member_unknown",
        "team",
        gid(1),
        "Group 1",
    )
    assert row["message"].startswith("2 members")


def test_each_manager_leads_a_team_of_direct_reports() -> None:
    people = [
        person(1),
        person(2, manager=1),
        person(3, manager=1),
        person(4, manager=2),
        person(5, manager=6),
    ]
    curated = built(tables([*people, person(6, accountEnabled=False)]))
    assert [(row["key"], row["kind"], row["name"], row["lead_entra_id"]) for row in curated.team.to_pylist()] == [
        (f"manager:{uid(1)}", "manager", "Person 1's team", uid(1)),
        (f"manager:{uid(2)}", "manager", "Person 2's team", uid(2)),
    ]
    assert [tuple(row.values()) for row in curated.team_member.to_pylist()] == [
        (f"manager:{uid(1)}", uid(1), "lead", ""),
        (f"manager:{uid(1)}", uid(2), "member", ""),
        (f"manager:{uid(1)}", uid(3), "member", ""),
        (f"manager:{uid(2)}", uid(2), "lead", ""),
        (f"manager:{uid(2)}", uid(4), "member", ""),
    ]


def test_managers_make_teams_also_when_the_profile_does_not_show_them() -> None:
    config = account(mapping={"manager": None})
    curated = built(tables([person(1), person(2, manager=1)], config=config), config)
    assert curated.team["entra_id"].to_pylist() == [uid(1)]
    assert "manager_entra_id" not in curated.profile.column_names


def test_a_managers_team_has_a_name_without_a_display_name_too() -> None:
    config = account(mapping={"display_name": None}, scope={"require_email": False})
    nameless = person(1, displayName=None, mail=None, userPrincipalName="x#EXT#@contoso.com")
    curated = built(tables([nameless, person(2, manager=1)], config=config), config)
    assert curated.team["name"].to_pylist() == [f"{uid(1)}'s team"]
