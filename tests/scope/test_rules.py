"""The rules of the scope for one person, in words; they say what ``decide`` does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.config.account import AccountConfig
from entra_sync.extract.tables import SnapshotTables
from entra_sync.scope import REASONS
from entra_sync.scope.rules import Rule, rules_for
from tests.transform.tenant import account, gid, group, person, states, tables, uid


def rules(snapshot: SnapshotTables, number: int, config: AccountConfig | None = None) -> dict[str, Rule]:
    asked = rules_for(snapshot.users, snapshot.groups, snapshot.memberships, config or account(), uid(number))
    return {rule.name: rule for rule in asked}


def said(config: dict[str, Any], rule: str, **attributes: Any) -> tuple[bool, str]:
    """One rule about one person without groups."""
    scope = account(scope=config)
    found = rules(tables([person(1, **attributes)], config=scope), 1, scope)[rule]
    return found.holds, found.detail


def nested() -> SnapshotTables:
    """Sales holds Field, Field holds West, West holds person 1; Staff holds Field as well; person 2 is in Sales."""
    names = {1: "Sales", 2: "Field", 3: "West", 4: "Staff", 5: None}
    groups = [group(number, displayName=name) for number, name in names.items()]
    people = [person(number) for number in (1, 2, 3)]
    return tables(people, groups, {3: [1], 1: [2], 5: [2]}, {1: [2], 2: [3], 4: [2], 3: [1]})


def test_all_rules_are_told_in_the_order_asked() -> None:
    found = rules(tables([person(1)]), 1)
    assert list(found) == list(REASONS)
    assert all(rule.holds for rule in found.values())
    assert {name: rule.detail for name, rule in found.items()} == {
        "user_type": "Member is among scope.user_types: Member",
        "group_exclude": "no group is excluded",
        "group_include": "scope.groups.include is empty: members of any group and of none",
        "filter": "there is no scope.filter",
        "no_email": "has an e-mail address",
        "account_disabled": "the account is enabled",
    }


@pytest.mark.parametrize(
    ("config", "rule", "attributes", "expected"),
    [
        ({}, "user_type", {"userType": "Guest"}, (False, "Guest is not among scope.user_types: Member")),
        (
            {},
            "user_type",
            {"userType": None},
            (True, "no user type, which counts as Member, is among scope.user_types: Member"),
        ),
        (
            {},
            "no_email",
            {"mail": None, "userPrincipalName": None},
            (False, "has no e-mail address, and scope.require_email is on"),
        ),
        (
            {"require_email": False},
            "no_email",
            {"mail": None, "userPrincipalName": None},
            (True, "has no e-mail address, and scope.require_email is off"),
        ),
        ({}, "account_disabled", {"accountEnabled": False}, (False, "the account is disabled in Entra: a leaver")),
        (
            {},
            "account_disabled",
            {"accountEnabled": None},
            (True, "Entra does not say whether the account is enabled, which counts as enabled"),
        ),
    ],
)
def test_what_each_rule_says(
    config: dict[str, Any], rule: str, attributes: dict[str, Any], expected: tuple[bool, str]
) -> None:
    assert said(config, rule, **attributes) == expected


def test_the_entry_of_the_file_and_the_groups_in_between_are_named() -> None:
    config = account(scope={"groups": {"include": ["nobody", "sal*", "west"], "exclude": ["Staff"]}})
    found = rules(nested(), 1, config)
    assert not found["group_exclude"].holds
    assert found["group_exclude"].detail == (
        "out: member of Staff (entry 1 of scope.groups.exclude), through groups Field > West"
    )
    assert found["group_include"].holds
    assert found["group_include"].detail == (
        "in: member of Sales (entry 2 of scope.groups.include), through groups Field > West"
    )
    assert rules(nested(), 2, config)["group_include"].detail == (
        "in: member of Sales (entry 2 of scope.groups.include)"
    )
    assert rules(nested(), 3, config)["group_include"] == Rule(
        name="group_include", holds=False, detail="member of no group of scope.groups.include"
    )


def test_of_several_groups_that_an_entry_means_the_nearest_is_told() -> None:
    found = rules(nested(), 1, account(scope={"groups": {"include": ["*"]}}))
    assert found["group_include"].detail == "in: member of West (entry 1 of scope.groups.include)"


@pytest.mark.parametrize("inner", [[2, 3], [3, 2]])
def test_of_several_ways_of_one_length_the_smallest_is_told_whatever_the_order_of_the_rows(inner: list[int]) -> None:
    snapshot = tables([person(1)], [group(n) for n in (1, 2, 3)], {n: [1] for n in inner}, {1: inner})
    found = rules(snapshot, 1, account(scope={"groups": {"include": ["group 1"]}}))
    assert found["group_include"].detail.endswith("through group Group 2")


def test_a_group_without_a_name_is_told_by_its_id() -> None:
    found = rules(nested(), 2, account(scope={"groups": {"include": [gid(5)]}}))
    assert found["group_include"].detail == f"in: member of {gid(5)} (entry 1 of scope.groups.include)"


def test_the_item_of_the_filter_that_holds_or_why_none_does() -> None:
    items = [
        [{"attribute": "department", "in": ["Sales"]}, {"attribute": "country", "equals": "France", "not": True}],
        {"attribute": "employeeType", "is_null": True},
    ]
    config = {"filter": items}
    assert said(config, "filter", department="sales", employeeType="x") == (
        True,
        "item 1 holds: department in ['Sales'], not country equals France",
    )
    assert said(config, "filter", department="Legal") == (True, "item 2 holds: employeeType is_null True")
    assert said(config, "filter", department="Sales", country="FRANCE", employeeType="x") == (
        False,
        "no item holds: item 1 fails at not country equals France; item 2 fails at employeeType is_null True",
    )


def test_a_long_filter_is_told_in_short() -> None:
    items = [{"attribute": "city", "equals": str(number)} for number in range(12)]
    assert said({"filter": items}, "filter")[1].endswith("item 5 fails at city equals 4; and 7 more items")


def test_somebody_who_is_not_in_the_snapshot_has_no_rules() -> None:
    with pytest.raises(KeyError):
        rules(tables([person(1)]), 2)


@st.composite
def tenants(draw: st.DrawFn) -> tuple[SnapshotTables, AccountConfig]:
    """Six people, four groups that hold each other in any way, and a scope that uses all rules."""
    people = [
        person(
            number,
            userType=draw(st.sampled_from(["Member", "Guest", None])),
            accountEnabled=draw(st.sampled_from([True, True, False, None])),
            mail=draw(st.sampled_from(["p@contoso.com", None])),
            userPrincipalName=draw(st.sampled_from(["a#EXT#@b", "p@contoso.com"])),
            department=draw(st.sampled_from(["Sales", "sales ", "Legal", "", None])),
        )
        for number in range(6)
    ]
    some = st.lists(st.integers(0, 5), max_size=3)
    people_in = {number: draw(some) for number in range(4)}
    groups_in = {number: draw(st.lists(st.integers(0, 3), max_size=2)) for number in range(4)}
    entries = st.lists(st.sampled_from(["group 0", "*1", gid(2), "none"]), max_size=2)
    condition = st.fixed_dictionaries(
        {"attribute": st.just("department"), "not": st.booleans()},
    ).flatmap(
        lambda base: st.sampled_from(
            [{"equals": "Sales"}, {"starts_with": "s"}, {"matches": "l.*"}, {"is_null": True}, {"in": ["legal", ""]}]
        ).map(lambda operator: {**base, **operator})
    )
    config = account(
        scope={
            "user_types": draw(st.sampled_from([["Member"], ["Guest"], ["Member", "Guest"]])),
            "require_email": draw(st.booleans()),
            "groups": {"include": draw(entries), "exclude": draw(entries)},
            "filter": draw(st.lists(st.one_of(condition, st.lists(condition, max_size=2)), max_size=2)),
        }
    )
    return tables(people, [group(number) for number in range(4)], people_in, groups_in, config), config


@given(tenants())
def test_the_first_rule_that_does_not_hold_is_the_reason_of_the_decision(
    tenant: tuple[SnapshotTables, AccountConfig],
) -> None:
    snapshot, config = tenant
    decided = states(snapshot, config)
    for number in range(6):
        broken = [name for name, rule in rules(snapshot, number, config).items() if not rule.holds]
        assert decided[uid(number)][1] == (broken[0] if broken else None)
