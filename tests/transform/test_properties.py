"""Whatever a tenant holds and whatever a valid account file says: checks and tables keep their promises.

ENTRA_SYNC_EXAMPLES sets how many pairs of snapshot and account are tried (default 60).
"""

from __future__ import annotations

import io
import json
import os
import random
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from entra_sync.config.account import AccountConfig
from entra_sync.extract.tables import SnapshotTables
from entra_sync.pipeline import CURATED
from entra_sync.transform import CuratedTables, build
from entra_sync.validate import Checked, rejections
from tests.transform.anything import accounts, snapshots
from tests.transform.tenant import checked, decided

EXAMPLES = int(os.environ.get("ENTRA_SYNC_EXAMPLES", "60"))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What validate and transform make of a snapshot; no tables when the set is blocked."""

    found: Checked
    curated: CuratedTables | None

    def content(self) -> list[Any]:
        """All of it, tables as the bytes that would lie in the store."""
        tables = [self.found.issues, *(getattr(self.curated, name) for name in CURATED if self.curated)]
        said = [self.found.blocked, self.found.results, self.found.measures, sorted(self.found.rejected)]
        return [*said, *map(parquet, tables)]


def outcome(snapshot: SnapshotTables, config: AccountConfig) -> Outcome:
    found = checked(snapshot, config)
    if found.blocked:
        return Outcome(found=found, curated=None)
    return Outcome(found=found, curated=build(snapshot, config, rejections(found.issues), decided(snapshot, config)))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="ENTRA_SYNC_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_any_snapshot_and_any_valid_account(data: st.DataObject) -> None:
    config = data.draw(accounts(), label="account")
    snapshot = data.draw(snapshots(config), label="snapshot")
    first = outcome(snapshot, config)
    event("built" if first.curated else "blocked")

    turned = SnapshotTables(
        users=shuffled(snapshot.users), groups=shuffled(snapshot.groups), memberships=shuffled(snapshot.memberships)
    )
    assert outcome(turned, config).content() == first.content()
    if first.curated:
        everybody_is_in_one_place(snapshot, config, first.found, first.curated)
        managers_form_no_circle(first.curated)
        teams_hold_accepted_people(first.curated)
        custom_fields_are_json(config, first.curated)


def everybody_is_in_one_place(
    snapshot: SnapshotTables, config: AccountConfig, found: Checked, curated: CuratedTables
) -> None:
    """In scope: either a profile or rejected, never both, never neither; out of scope or disabled: none of both."""
    decisions = decided(snapshot, config)
    in_scope = set(decisions.loc[decisions["state"] == "in_scope", "entra_id"])
    profiles = curated.profile["entra_id"].to_pylist()
    persons = curated.person.to_pylist()
    rejected = {row["entra_id"] for row in persons if row["state"] == "rejected"}
    assert len(profiles) == len(set(profiles))
    assert set(profiles) | rejected == in_scope
    assert not set(profiles) & rejected
    assert rejected == found.rejected & in_scope
    assert [row["entra_id"] for row in persons] == decisions["entra_id"].tolist()
    event("rejected" if rejected else "all accepted" if profiles else "nobody in scope")


def managers_form_no_circle(curated: CuratedTables) -> None:
    """Every manager has a profile, and every chain of managers ends."""
    if "manager_entra_id" not in curated.profile.column_names:
        return
    rows = curated.profile.select(["entra_id", "manager_entra_id"]).to_pylist()
    manager_of = {row["entra_id"]: row["manager_entra_id"] for row in rows}
    assert {one for one in manager_of.values() if one} <= manager_of.keys()
    for start in manager_of:
        passed, above = {start}, manager_of[start]
        while above is not None:
            assert above not in passed
            passed.add(above)
            above = manager_of[above]


def teams_hold_accepted_people(curated: CuratedTables) -> None:
    """Members and leads have a profile, teams exist, and nobody is in a team twice in one role."""
    accepted = set(curated.profile["entra_id"].to_pylist())
    members = curated.team_member.to_pylist()
    keys = [(row["team_key"], row["user_entra_id"], row["role"]) for row in members]
    assert {row["user_entra_id"] for row in members} <= accepted
    assert {row["team_key"] for row in members} <= set(curated.team["key"].to_pylist())
    assert set(curated.team["lead_entra_id"].to_pylist()) - {None} <= accepted
    assert len(keys) == len(set(keys))


def custom_fields_are_json(config: AccountConfig, curated: CuratedTables) -> None:
    """Every profile has exactly the custom fields of the mapping."""
    wanted = {name.removeprefix("custom.") for name in config.mapping if name.startswith("custom.")}
    for text in curated.profile["custom_fields"].to_pylist():
        assert json.loads(text).keys() == wanted


def shuffled(table: pa.Table) -> pa.Table:
    return table.take(pa.array(random.Random(7).sample(range(table.num_rows), table.num_rows), pa.int64()))


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()
