"""What blocks a whole set: whatever would let absence pass for evidence."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from entra_sync.extract.tables import SnapshotTables
from entra_sync.validate import Checked
from tests.transform import tenant
from tests.transform.tenant import account, gid, group, person, tables, uid


def checked(snapshot: SnapshotTables, *, complete: bool = True, **changes: Any) -> Checked:
    return tenant.checked(snapshot, account(**changes), complete=complete)


def codes(found: Checked) -> list[str]:
    assert {row["entity"] for row in found.issues.to_pylist()} <= {"snapshot"}
    return found.issues["code"].to_pylist()


def test_a_good_set_passes_without_a_word() -> None:
    found = checked(tables([person(1)], [group(1)], {1: [1]}))
    assert (found.blocked, found.issues.num_rows, found.rejected) == ([], 0, frozenset())


def test_an_empty_tenant_is_for_load_to_judge() -> None:
    assert checked(tables([])).blocked == []


@pytest.mark.parametrize(
    ("row", "code"),
    [({"id": None}, "id_missing"), ({"id": "p2"}, "id_malformed"), ({"id": uid(1)}, "id_duplicate")],
)
def test_a_person_hidden_by_a_bad_id_blocks_the_run(row: dict[str, Any], code: str) -> None:
    found = checked(tables([person(1), person(2, **row)]))
    assert codes(found) == [code]
    assert len(found.blocked) == 1
    assert found.rejected == frozenset()


def test_a_bad_id_of_a_group_blocks_as_well() -> None:
    assert codes(checked(tables([person(1)], [group(1), group(2, id="x")]))) == ["id_malformed"]


def test_an_attribute_that_was_not_read_blocks_and_is_named() -> None:
    snapshot = tables([person(1)])
    found = checked(snapshot, mapping={"custom.grade": "streetAddress"})
    assert codes(found) == ["schema_mismatch"]
    assert "users.streetAddress" in found.blocked[0]
    without = replace(snapshot, users=snapshot.users.drop_columns(["manager_id"]))
    assert codes(checked(without)) == ["schema_mismatch"]


@pytest.mark.parametrize("attribute", ["userPrincipalName", "accountEnabled"])
def test_attributes_that_the_application_may_not_see_block(attribute: str) -> None:
    blind = [person(n, **{attribute: None}) for n in (1, 2, 3)]
    assert codes(checked(tables([*blind, person(4)]))) == ["attributes_unreadable"]


def dangling(known: int, unknown: int) -> SnapshotTables:
    return tables([person(1)], [group(1)], {1: [1] * known, 2: [1] * unknown})


def test_many_memberships_of_unknown_groups_block_and_a_few_are_noted() -> None:
    assert codes(checked(dangling(10, 2))) == ["memberships_dangling"]
    few = checked(dangling(300, 2))
    assert (codes(few), few.blocked) == (["memberships_unknown_group"], [])


def test_an_incomplete_set_may_have_gaps() -> None:
    assert checked(dangling(10, 2), complete=False).blocked == []


def test_a_scope_that_means_nobody_blocks_and_counts_the_reasons() -> None:
    snapshot = tables([person(1), person(2, userType="Guest")], [group(1)], {1: []})
    found = checked(snapshot, scope={"groups": {"include": ["Group 1"]}})
    assert codes(found) == ["scope_empty"]
    assert found.blocked == ["None of 2 users is in scope (group_include 1, user_type 1)."]


def test_a_group_that_the_scope_names_and_nobody_has_is_reported() -> None:
    snapshot = tables([person(1)], [group(1)], {1: [1]})
    found = checked(snapshot, scope={"groups": {"include": ["Group 1", "Renamed"], "exclude": [gid(9)]}})
    assert (codes(found), found.blocked) == (["scope_group_missing", "scope_group_missing"], [])
    assert found.issues["field"].to_pylist() == ["scope.groups.include", "scope.groups.exclude"]


def test_a_scope_that_rests_on_hidden_members_blocks_until_they_are_read() -> None:
    snapshot = tables([person(1), person(2)], [group(1, visibility="HiddenMembership"), group(2)], {1: [], 2: [1]})
    scope = {"groups": {"include": ["Group 1", "Group 2"]}}
    assert codes(checked(snapshot, scope=scope)) == ["scope_group_hidden"]
    assert checked(snapshot, scope=scope, teams={"from_groups": {"hidden": True}}).blocked == []
    assert codes(checked(snapshot, scope={"groups": {"include": ["Group *"]}})) == ["scope_group_hidden"]
    assert codes(checked(snapshot, scope={"groups": {"exclude": ["Group *"]}})) == ["scope_group_hidden"]


def test_a_scope_that_rests_on_hidden_members_of_a_nested_group_blocks() -> None:
    snapshot = tables([person(1), person(2)], [group(1, visibility="HiddenMembership"), group(2)], {1: [], 2: [1]})
    nested = pa.Table.from_pylist(
        [{"group_id": gid(2), "member_id": gid(1), "member_type": "group"}], schema=snapshot.memberships.schema
    )
    snapshot = replace(snapshot, memberships=pa.concat_tables([snapshot.memberships, nested]))

    for key in ("include", "exclude"):
        assert codes(checked(snapshot, scope={"groups": {key: ["Group 2"]}})) == ["scope_group_hidden"]


def test_the_gate_is_quiet(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO):
        checked(tables([person(1)]))
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []
    assert capfd.readouterr().err == ""


def test_the_order_of_the_rows_decides_nothing() -> None:
    people = [person(n, manager=(n % 7) + 1, mail=None if n % 5 else "bad") for n in range(1, 30)]
    snapshot = tables(people, [group(1)], {1: [1, 2, 3]})
    turned = replace(snapshot, users=snapshot.users.take(pa.array(range(28, -1, -1))))
    assert checked(snapshot).issues.equals(checked(turned).issues)
