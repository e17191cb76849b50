"""The day's tables as a whole."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from entra_sync.extract.tables import SnapshotTables
from entra_sync.issues import ISSUE_SCHEMA
from entra_sync.transform import ORG_CHART_SCHEMA, CuratedTables
from entra_sync.transform.people import PERSON_SCHEMA
from entra_sync.transform.team_tables import TEAM_MEMBER_SCHEMA, TEAM_SCHEMA
from tests.transform.tenant import account, built, group, person, tables, uid

NAMES = ("profile", "team", "team_member", "person", "org_chart", "issues")


def company() -> SnapshotTables:
    """Forty people of all kinds, eight groups that hold each other."""
    chance = random.Random(3)
    people = [
        person(
            n,
            manager=chance.choice([None, *range(42)]),
            accountEnabled=chance.random() > 0.1,
            userType=chance.choice(["Member", "Member", None, "Guest"]),
            mail=chance.choice([f"p{n}@contoso.com", None, "bad", "same@contoso.com"]),
            businessPhones=chance.choice([None, [], ["1"]]),
        )
        for n in range(40)
    ]
    groups = [group(n, displayName=chance.choice(["A", None])) for n in range(8)]
    people_in = {n: chance.sample(range(45), 6) for n in range(8)}
    return tables(people, groups, people_in, {n: chance.sample(range(8), 2) for n in range(8)})


def content(curated: CuratedTables) -> list[bytes]:
    """The bytes that would lie in the store."""
    files = []
    for name in NAMES:
        file = io.BytesIO()
        pq.write_table(getattr(curated, name), file, compression="zstd")
        files.append(file.getvalue())
    return files


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert content(built(company())) == content(built(company()))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_rows_decides_nothing(seed: int) -> None:
    snapshot = company()

    def shuffled(table: pa.Table) -> pa.Table:
        return table.take(pa.array(random.Random(seed).sample(range(table.num_rows), table.num_rows)))

    turned = SnapshotTables(
        users=shuffled(snapshot.users),
        groups=shuffled(snapshot.groups),
        memberships=shuffled(snapshot.memberships),
    )
    assert content(built(turned)) == content(built(snapshot))


def test_the_schemas_are_fixed_whatever_the_tenant() -> None:
    empty = built(tables([]))
    full = built(company())
    for curated in (empty, full):
        assert curated.team.schema == TEAM_SCHEMA
        assert curated.team_member.schema == TEAM_MEMBER_SCHEMA
        assert curated.person.schema == PERSON_SCHEMA
        assert curated.org_chart.schema == ORG_CHART_SCHEMA
        assert curated.issues.schema == ISSUE_SCHEMA
    assert empty.profile.schema == full.profile.schema
    assert [getattr(empty, name).num_rows for name in NAMES] == [0] * len(NAMES)


def test_every_table_is_sorted_and_its_keys_are_unique() -> None:
    curated = built(company())
    keys = {
        "profile": ["entra_id"],
        "person": ["entra_id"],
        "org_chart": ["entra_id"],
        "team": ["key"],
        "team_member": ["team_key", "user_entra_id"],
    }
    for name, columns in keys.items():
        rows = [tuple(row.values()) for row in getattr(curated, name).select(columns).to_pylist()]
        assert rows == sorted(set(rows)), name


def test_tables_refer_to_each_other_without_a_gap() -> None:
    curated = built(company())
    accepted = set(curated.profile["entra_id"].to_pylist())
    managers = set(curated.profile["manager_entra_id"].to_pylist()) - {None}
    leads = set(curated.team["lead_entra_id"].to_pylist()) - {None}
    assert managers <= accepted
    assert leads <= accepted
    assert set(curated.team_member["user_entra_id"].to_pylist()) <= accepted
    assert set(curated.team_member["team_key"].to_pylist()) <= set(curated.team["key"].to_pylist())
    in_scope = [row["entra_id"] for row in curated.person.to_pylist() if row["state"] == "in_scope"]
    assert set(in_scope) == accepted


def test_everybody_is_in_person_with_the_reason() -> None:
    people = [
        person(1),
        person(2, accountEnabled=False, mail="bad"),
        person(3, userType="Guest"),
        person(4, mail="bad", employeeHireDate="bad"),
        person(5, employeeHireDate="bad", displayName=None),
    ]
    rows = built(tables(people)).person.to_pylist()
    assert [(row["entra_id"], row["label"], row["state"], row["reason"]) for row in rows] == [
        (uid(1), "Person 1", "in_scope", None),
        (uid(2), "Person 2", "disabled", "account_disabled"),
        (uid(3), "Person 3", "out_of_scope", "user_type"),
        (uid(4), "Person 4", "rejected", "email_invalid"),
        (uid(5), "p5@contoso.com", "rejected", "date_invalid"),
    ]


def test_columns_without_a_single_value_are_no_trouble() -> None:
    config = account(
        scope={"require_email": False},
        mapping={"custom.x": "onPremisesExtensionAttributes.extensionAttribute1"},
    )
    bare: list[dict[str, Any]] = [
        {"id": uid(n), "accountEnabled": True, "userPrincipalName": "x#EXT#@c.example"} for n in range(3)
    ]
    curated = built(tables(bare, config=config), config)
    assert curated.profile["email"].to_pylist() == [None, None, None]
    assert curated.profile["custom_fields"].to_pylist() == ['{"x":null}'] * 3


def test_a_table_in_several_chunks_is_read_whole() -> None:
    snapshot = company()
    pieces = pa.concat_tables([snapshot.users.slice(0, 7), snapshot.users.slice(7)])
    assert content(built(replace(snapshot, users=pieces))) == content(built(snapshot))
