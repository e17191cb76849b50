"""Small tenants as snapshot tables: people and groups by number, memberships by pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import group_columns, schema, user_select
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA, SnapshotTables
from entra_sync.scope import decide
from entra_sync.transform import CuratedTables, build
from entra_sync.validate import Checked, History, check, rejections

AS_OF = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


def uid(number: int) -> str:
    """Object id of a person."""
    return f"00000000-0000-4000-8000-{number:012d}"


def gid(number: int) -> str:
    """Object id of a group."""
    return f"99999999-0000-4000-8000-{number:012d}"


def account(**changes: Any) -> AccountConfig:
    """An account with the default rules, but for the changes."""
    return AccountConfig.model_validate({"account": "contoso", "name": "Contoso Ltd", **changes})


def person(number: int, manager: int | None = None, **attributes: Any) -> dict[str, Any]:
    """An enabled member with an address."""
    return {
        "id": uid(number),
        "accountEnabled": True,
        "userType": "Member",
        "mail": f"p{number}@contoso.com",
        "userPrincipalName": f"p{number}@contoso.onmicrosoft.com",
        "displayName": f"Person {number}",
        "manager_id": None if manager is None else uid(manager),
        "manager_type": None if manager is None else "user",
        **attributes,
    }


def group(number: int, **attributes: Any) -> dict[str, Any]:
    """A security group."""
    return {
        "id": gid(number),
        "displayName": f"Group {number}",
        "mailEnabled": False,
        "securityEnabled": True,
        "groupTypes": [],
        **attributes,
    }


def tables(
    users: list[dict[str, Any]],
    groups: list[dict[str, Any]] | None = None,
    people_in: dict[int, list[int]] | None = None,
    groups_in: dict[int, list[int]] | None = None,
    config: AccountConfig | None = None,
) -> SnapshotTables:
    """The snapshot of a tenant: ``people_in`` and ``groups_in`` list the direct members of each group."""
    members = [
        {"group_id": gid(outer), "member_id": uid(inner), "member_type": "user"}
        for outer, inside in (people_in or {}).items()
        for inner in inside
    ] + [
        {"group_id": gid(outer), "member_id": gid(inner), "member_type": "group"}
        for outer, inside in (groups_in or {}).items()
        for inner in inside
    ]
    return SnapshotTables(
        users=pa.Table.from_pylist(users, schema=schema(user_select(config or account()), MANAGER_COLUMNS)),
        groups=pa.Table.from_pylist(groups or [], schema=schema(group_columns(config or account()))),
        memberships=pa.Table.from_pylist(members, schema=MEMBERSHIP_SCHEMA),
    )


def decided(snapshot: SnapshotTables, config: AccountConfig | None = None) -> pd.DataFrame:
    """Scope's word on a snapshot."""
    return decide(snapshot.users, snapshot.groups, snapshot.memberships, config or account())


def states(snapshot: SnapshotTables, config: AccountConfig | None = None) -> dict[str, tuple[str, str | None]]:
    """Id -> state and reason."""
    rows = decided(snapshot, config).astype(object)
    rows = rows.where(rows.notna(), None)
    return {row.entra_id: (row.state, row.reason) for row in rows.itertuples()}


def checked(
    snapshot: SnapshotTables,
    config: AccountConfig | None = None,
    *,
    complete: bool = True,
    nights: Sequence[Mapping[str, float]] = (),
) -> Checked:
    """Validate's word on a snapshot; ``nights``: measures of earlier ones, newest first."""
    history = History(nights=nights)
    return check(snapshot, config or account(), complete=complete, as_of=AS_OF, history=history)


def built(snapshot: SnapshotTables, config: AccountConfig | None = None) -> CuratedTables:
    """Validate and transform, as a run does."""
    config = config or account()
    found = checked(snapshot, config)
    assert found.blocked == []
    return build(snapshot, config, rejections(found.issues), decided(snapshot, config))


def profiles(snapshot: SnapshotTables, config: AccountConfig | None = None) -> list[dict[str, Any]]:
    """The rows of the profile table."""
    return built(snapshot, config).profile.to_pylist()


def members(curated: CuratedTables, number: int) -> set[str]:
    """Ids of the members of one group's team."""
    rows = curated.team_member.to_pylist()
    return {row["user_entra_id"] for row in rows if row["team_key"] == f"group:{gid(number)}"}
