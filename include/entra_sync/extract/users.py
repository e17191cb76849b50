"""Users with their managers: one chain of pages.

``$expand=manager`` caps a page at 100 objects whatever ``$top`` says; without it a page holds 999 (docs/graph.md, 1).
A user without a manager has no ``manager`` member, or a null one; a manager may also be an organisational contact.
"""

from __future__ import annotations

from typing import Any

from entra_sync.extract.client import Call, GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.snapshot import Certificate, TableWriter

PERMISSION = "User.Read.All"


async def read_users(client: GraphClient, writer: TableWriter, select: list[str], *, managers: bool) -> Certificate:
    """Write every user of the tenant; the certificate holds when the rows equal the tenant's own count."""
    pages = rows = 0
    ids: set[str] = set()
    call = Call(url=_first_page(select, managers=managers), permission=PERMISSION)
    async for page in client.pages(call):
        pages += 1
        # A listing is no stable view: a user may come on two pages (docs/graph.md, 8). The first row is kept.
        fresh = [_with_manager(user) for user in page if _is_new(user, ids)]
        rows += len(fresh)
        if fresh:
            writer.write(record_batch(fresh, writer.schema))
    counted = await client.count("users", PERMISSION)
    return Certificate(pages=pages, rows=rows, counted=counted, ended=True, holds=rows == counted)


def _first_page(select: list[str], *, managers: bool) -> str:
    query = f"/users?$select={','.join(select)}"
    return f"{query}&$expand=manager($select=id)&$top=100" if managers else f"{query}&$top=999"


def _is_new(user: dict[str, Any], ids: set[str]) -> bool:
    """Whether this id has not come yet. A row without an id is kept: validate names it."""
    user_id = user.get("id")
    if not isinstance(user_id, str):
        return True
    if user_id in ids:
        return False
    ids.add(user_id)
    return True


def _with_manager(user: dict[str, Any]) -> dict[str, Any]:
    manager = user.get("manager")
    if isinstance(manager, dict) and manager.get("id"):
        user["manager_id"] = manager["id"]
        user["manager_type"] = object_type(manager) or "user"
    return user


def object_type(entry: dict[str, Any]) -> str | None:
    """``user`` of ``#microsoft.graph.user``."""
    kind = entry.get("@odata.type")
    return kind.removeprefix("#microsoft.graph.") if isinstance(kind, str) else None
