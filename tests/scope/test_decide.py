"""Who is a PeopleGoal user."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entra_sync.errors import ConfigurationError, SnapshotError
from entra_sync.scope import REASONS, decide
from tests.transform.tenant import account, decided, gid, group, person, states, tables, uid

IN = ("in_scope", None)


def scoped(**scope: Any) -> Any:
    return account(scope=scope)


def test_an_enabled_member_with_an_address_is_in_scope() -> None:
    assert states(tables([person(1)])) == {uid(1): IN}


def test_a_disabled_account_is_a_leaver_not_out_of_scope() -> None:
    assert states(tables([person(1, accountEnabled=False)])) == {uid(1): ("disabled", "account_disabled")}


def test_scope_is_asked_before_the_account_is_looked_at() -> None:
    found = states(tables([person(1, accountEnabled=False, userType="Guest")]))
    assert found == {uid(1): ("out_of_scope", "user_type")}


def test_an_unknown_account_state_is_no_evidence_of_leaving() -> None:
    assert states(tables([person(1, accountEnabled=None)])) == {uid(1): IN}


@pytest.mark.parametrize(
    ("user_type", "expected"),
    [
        ("Member", IN),
        ("member", IN),
        (" MEMBER ", IN),
        (None, IN),
        ("", IN),
        ("Guest", ("out_of_scope", "user_type")),
        ("Robot", ("out_of_scope", "user_type")),
    ],
)
def test_an_absent_user_type_counts_as_member(user_type: str | None, expected: tuple[str, str | None]) -> None:
    assert states(tables([person(1, userType=user_type)])) == {uid(1): expected}


def test_guests_are_users_only_when_named() -> None:
    snapshot = tables([person(1), person(2, userType="Guest")])
    assert states(snapshot)[uid(2)] == ("out_of_scope", "user_type")
    assert states(snapshot, scoped(user_types=["Guest"])) == {
        uid(1): ("out_of_scope", "user_type"),
        uid(2): IN,
    }


def test_the_sign_in_name_stands_in_for_a_missing_address() -> None:
    snapshot = tables([person(1, mail=None, userPrincipalName="P1@Contoso.com"), person(2, mail="  ")])
    assert decided(snapshot)["email"].tolist() == ["p1@contoso.com", "p2@contoso.onmicrosoft.com"]


def test_guest_upn_is_no_address() -> None:
    config = scoped(user_types=["Guest"])
    guest = person(1, userType="Guest", mail=None, userPrincipalName="a_fabrikam.com#ext#@contoso.onmicrosoft.com")
    assert states(tables([guest]), config) == {uid(1): ("out_of_scope", "no_email")}
    assert states(tables([{**guest, "mail": "a@fabrikam.com"}]), config) == {uid(1): IN}


def test_people_without_an_address_are_in_scope_when_none_is_required() -> None:
    snapshot = tables([person(1, mail=None, userPrincipalName=None)])
    assert states(snapshot) == {uid(1): ("out_of_scope", "no_email")}
    assert states(snapshot, scoped(require_email=False)) == {uid(1): IN}


def tenant_of_groups() -> Any:
    """Group 1 holds person 1 and group 2; group 2 holds person 2 and, in a circle, group 1; group 3 person 3."""
    groups = [
        group(1, displayName="Staff Ulm"),
        group(2, displayName="Inner"),
        group(3, displayName="[Ext] Temps"),
    ]
    people = [person(n) for n in (1, 2, 3, 4)]
    return tables(people, groups, people_in={1: [1], 2: [2], 3: [2, 3]}, groups_in={1: [2], 2: [1]})


@pytest.mark.parametrize(
    ("groups", "inside"),
    [
        ({}, {1, 2, 3, 4}),
        ({"include": ["staff*"]}, {1, 2}),
        ({"include": [gid(3)]}, {2, 3}),
        ({"include": ["STAFF ???"], "exclude": ["inner"]}, set()),
        ({"include": ["staff*", "[ext] temps"]}, {1, 2, 3}),
        ({"exclude": ["[Ext] Temps"]}, {1, 4}),
        ({"include": ["*"], "exclude": [gid(3)]}, {1}),
    ],
)
def test_groups_by_pattern_or_id_with_nested_members_and_exclude_wins(
    groups: dict[str, list[str]], inside: set[int]
) -> None:
    found = states(tenant_of_groups(), scoped(groups=groups))
    assert {number for number in (1, 2, 3, 4) if found[uid(number)] == IN} == inside


def test_the_reason_says_which_group_rule_it_was() -> None:
    found = states(tenant_of_groups(), scoped(groups={"include": ["staff*"], "exclude": ["[Ext]*", "[Ext] Temps"]}))
    assert found[uid(2)] == ("out_of_scope", "group_exclude")
    assert found[uid(4)] == ("out_of_scope", "group_include")


def test_conditions_in_an_item_hold_together_and_one_item_is_enough() -> None:
    rules = [
        [{"attribute": "department", "in": ["Sales"]}, {"attribute": "country", "in": ["DE", "FR"]}],
        {"attribute": "employeeType", "in": ["board"]},
    ]
    config = scoped(filter=rules)
    people = [
        person(1, department="SALES ", country="de"),
        person(2, department="Sales", country="UK"),
        person(3, employeeType="Board"),
        person(4),
    ]
    found = states(tables(people, config=config), config)
    assert [found[uid(n)] for n in (1, 2, 3, 4)] == [
        IN,
        ("out_of_scope", "filter"),
        IN,
        ("out_of_scope", "filter"),
    ]


def test_a_filter_reaches_into_objects_lists_and_json() -> None:
    paths = {
        "onPremisesExtensionAttributes.extensionAttribute2": {
            "onPremisesExtensionAttributes": {"extensionAttribute2": "X"}
        },
        "businessPhones[1]": {"businessPhones": ["1", "x"]},
        "ext_app.sites[0].code": {"ext_app": '{"sites": [{"code": "X"}]}'},
    }
    for path, attributes in paths.items():
        config = scoped(filter=[{"attribute": path, "in": ["x"]}])
        found = states(tables([person(1, **attributes), person(2)], config=config), config)
        assert found == {uid(1): IN, uid(2): ("out_of_scope", "filter")}, path


def test_an_empty_value_in_a_filter_means_not_set() -> None:
    config = scoped(filter=[{"attribute": "department", "in": [""]}])
    found = states(tables([person(1), person(2, department="Sales")], config=config), config)
    assert found == {uid(1): IN, uid(2): ("out_of_scope", "filter")}


def test_a_filter_on_an_unread_attribute_is_an_error_not_an_empty_scope() -> None:
    with pytest.raises(SnapshotError, match="postalCode"):
        states(tables([person(1)]), scoped(filter=[{"attribute": "postalCode", "in": ["89073"]}]))
    config = scoped(filter=[{"attribute": "onPremisesExtensionAttributes.extensionAttribute99", "in": ["x"]}])
    with pytest.raises(ConfigurationError, match="extensionAttribute99"):
        states(tables([person(1)], config=config), config)


def test_every_reason_is_explained() -> None:
    assert {"user_type", "group_exclude", "group_include", "filter", "no_email", "account_disabled"} == set(REASONS)


def test_rows_without_a_usable_id_are_left_out() -> None:
    assert states(tables([person(1), person(2, id=None), person(3, id="x"), person(1)])) == {uid(1): IN}


def test_an_empty_tenant_gives_an_empty_decision() -> None:
    found = decided(tables([]), scoped(groups={"include": ["x"]}, filter=[{"attribute": "city", "in": ["x"]}]))
    assert found.columns.tolist() == ["entra_id", "email", "label", "state", "reason"]
    assert found.empty


def test_columns_without_a_single_value_are_no_trouble() -> None:
    config = scoped(require_email=False)
    assert states(tables([{"id": uid(1)}], config=config), config) == {uid(1): IN}


@given(order=st.permutations(range(4)))
def test_the_order_of_the_rows_decides_nothing(order: list[int]) -> None:
    snapshot = tenant_of_groups()
    config = scoped(groups={"exclude": ["inner"]})
    shuffled = decide(snapshot.users.take(pa.array(order)), snapshot.groups, snapshot.memberships, config)
    assert shuffled.equals(decided(snapshot, config))
