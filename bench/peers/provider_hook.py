"""The Azure provider's own hook: its paginated_run for users, groups, and each group's members, many at once.

https://airflow.apache.org/docs/apache-airflow-providers-microsoft-azure/stable/connections/msgraph.html
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any
from urllib.parse import urlsplit

from airflow.providers.microsoft.azure.hooks.msgraph import KiotaRequestAdapterHook

from bench.peers.rows import Rows, report

CONN_ID = "bench_msgraph"


def read(given: dict[str, Any]) -> Rows:
    """Read the tenant with ``concurrency`` requests under way."""
    os.environ[f"AIRFLOW_CONN_{CONN_ID.upper()}"] = json.dumps(connection(given["connection"]))
    return asyncio.run(_read(given))


def connection(parts: dict[str, Any]) -> dict[str, Any]:
    """The sandbox's connection as the hook wants it."""
    extra = parts["extra"]
    host = urlsplit(extra["base_url"]).hostname
    wanted = {name: extra[name] for name in ("tenant_id", "authority", "base_url", "verify")}
    # Empty: any host. The bare host name would refuse a nextLink with a port, the default refuses to start.
    return {
        "conn_type": "msgraph",
        "login": parts["login"],
        "password": parts["password"],
        "schema": "https",
        "host": host,
        "extra": wanted | {"allowed_hosts": ""},
    }


async def _read(given: dict[str, Any]) -> Rows:
    hook = KiotaRequestAdapterHook(conn_id=CONN_ID)
    places = asyncio.Semaphore(given["concurrency"])
    rows = Rows()

    async def list_all(path: str, **query: object) -> list[dict[str, Any]]:
        # Apart from the path: of a query inside it the hook loses the commas.
        pages = await hook.paginated_run(url=path, query_parameters={f"${name}": v for name, v in query.items()})
        return [row for page in pages for row in page["value"]]

    async def users() -> None:
        for row in await list_all("users", select=given["user_select"], expand="manager($select=id)", top=100):
            rows.user(row)

    async def members(group_id: str) -> None:
        async with places:
            for row in await list_all(f"groups/{group_id}/members", select="id", top=999):
                rows.memberships.add((group_id, row["id"]))

    async def groups() -> None:
        found = await list_all("groups", select=given["group_select"], top=999)
        rows.groups.update(group["id"] for group in found)
        shown = (group["id"] for group in found if group["visibility"] != "HiddenMembership")
        await asyncio.gather(*map(members, shown))

    try:
        await asyncio.gather(users(), groups())
    finally:
        await hook.close()
    return rows


if __name__ == "__main__":
    report(read)
