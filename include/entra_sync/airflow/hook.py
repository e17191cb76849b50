"""The hook behind the connection type ``entra_id``: its Test button signs in and reads one user and one group."""

from __future__ import annotations

import asyncio
from typing import Any

from airflow.sdk.bases.hook import BaseHook

from entra_sync.airflow.connections import get_connection, typed
from entra_sync.config.connection import EntraConnection
from entra_sync.errors import EntraSyncError
from entra_sync.extract.calls import Call
from entra_sync.extract.client import GraphClient
from entra_sync.extract.retry import RetryPolicy

PROBES = (
    Call(url="/users?$select=id&$top=1", permission="User.Read.All"),
    Call(url="/groups?$select=id&$top=1", permission="GroupMember.Read.All"),
)


class EntraHook(BaseHook):
    """Reads an Entra connection and tries it."""

    conn_name_attr = "entra_conn_id"
    default_conn_name = "entra_default"
    conn_type = "entra_id"
    hook_name = "Microsoft Entra ID (PeopleGoal)"

    def __init__(self, entra_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entra_conn_id = entra_conn_id

    def get_conn(self) -> EntraConnection:
        """The connection, its four fields checked."""
        return typed(get_connection(self.entra_conn_id))

    def test_connection(self) -> tuple[bool, str]:
        """Say whether the tenant can be read with this connection, and if not, which field or permission to mend."""
        try:
            asyncio.run(probe(self.get_conn()))
        except EntraSyncError as error:
            return False, str(error)
        return True, "Signed in; users and groups can be read."


async def probe(connection: EntraConnection) -> None:
    """Sign in and read one user and one group; raises what is wrong."""
    async with GraphClient(connection, retry=RetryPolicy(attempts=2)) as client:
        for call in PROBES:
            await client.get(call)
