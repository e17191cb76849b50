"""The full read: users with managers and groups with members side by side, sealed as one snapshot.

In: a connection, an account, an empty folder. Out: the manifest. A page that fails fails the whole read: no manifest,
so no snapshot. Memory grows with the object ids and the groups' own rows, not with the people's data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import EntraConnection
from entra_sync.extract.client import GraphClient
from entra_sync.extract.groups import GroupsRead, read_groups
from entra_sync.extract.retry import RetryPolicy
from entra_sync.extract.select import GROUP_SELECT, schema, user_select, wants_managers
from entra_sync.extract.snapshot import Certificate, Manifest, TableWriter, write_manifest
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA
from entra_sync.extract.users import read_users


def extract_full(
    connection: EntraConnection,
    account: AccountConfig,
    folder: UPath,
    *,
    run_id: int,
    retry: RetryPolicy | None = None,
) -> Manifest:
    """Read the whole tenant into ``folder`` and seal it. Raises GraphError and its kin; see ``errors``."""
    return asyncio.run(_extract(connection, account, folder, run_id, retry))


async def _extract(
    connection: EntraConnection, account: AccountConfig, folder: UPath, run_id: int, retry: RetryPolicy | None
) -> Manifest:
    as_of = datetime.now(UTC)
    select = user_select(account)
    teams = account.teams.from_groups
    users = TableWriter(folder / "users.parquet", schema(select, MANAGER_COLUMNS))
    groups = TableWriter(folder / "groups.parquet", schema(GROUP_SELECT))
    memberships = TableWriter(folder / "memberships.parquet", MEMBERSHIP_SCHEMA)
    async with GraphClient(connection, retry=retry) as client:
        with users, groups, memberships:
            read, grouped = await _side_by_side(
                read_users(client, users, select, managers=wants_managers(account)),
                read_groups(client, groups, memberships, hidden=bool(teams and teams.hidden)),
            )
        certificate = {"users": read, "groups": grouped.groups, "members": grouped.members}
        manifest = Manifest(
            account=account.account,
            run_id=run_id,
            as_of=as_of,
            mode="full",
            complete=all(part.holds for part in certificate.values()),
            counts={
                "users": users.rows,
                "groups": groups.rows,
                "memberships": memberships.rows,
                "hidden_groups_skipped": grouped.hidden_skipped,
            },
            certificate=certificate,
            config_fingerprint=account.fingerprint(),
            select=select,
            files={writer.name: writer.seal() for writer in (users, groups, memberships)},
            traffic=asdict(client.traffic),
        )
    write_manifest(folder, manifest)
    return manifest


async def _side_by_side(
    users: Coroutine[Any, Any, Certificate], groups: Coroutine[Any, Any, GroupsRead]
) -> tuple[Certificate, GroupsRead]:
    """Run both reads at once; the first failure ends the other one and is raised as it is."""
    tasks = (asyncio.create_task(users), asyncio.create_task(groups))
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
