"""Read the change feeds ``/users/delta`` and ``/groups/delta`` as a client does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.sandbox.conftest import Client

USERS = "/users/delta?$select=displayName,jobTitle,manager"
GROUPS = "/groups/delta?$select=displayName,members"
GONE = {"@removed": {"reason": "deleted"}}


@dataclass(frozen=True)
class Told:
    """One round: its pages, all its records, and the link of the next one."""

    pages: list[list[dict[str, Any]]]
    link: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [record for page in self.pages for record in page]

    @property
    def ids(self) -> list[str]:
        return [record["id"] for record in self.records]


def told(client: Client, url: str, between: Callable[[], None] = lambda: None) -> Told:
    """Read a round to its end; ``between`` happens after its first page."""
    pages: list[list[dict[str, Any]]] = []
    while True:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert ("@odata.nextLink" in body) != ("@odata.deltaLink" in body)
        pages.append(body["value"])
        if "@odata.deltaLink" in body:
            return Told(pages, body["@odata.deltaLink"])
        if len(pages) == 1:
            between()
        assert body["@odata.nextLink"] != url
        url = body["@odata.nextLink"]


def latest(client: Client, query: str) -> str:
    """A position: from now on."""
    return told(client, f"{query}&$deltatoken=latest").link


def edges(records: list[dict[str, Any]]) -> dict[tuple[str, str], bool]:
    """What the records say of memberships, the last word counting: (group, member) -> whether it is one."""
    return {(r["id"], e["id"]): "@removed" not in e for r in records for e in r.get("members@delta", [])}


def user(user_id: str, **other: Any) -> dict[str, Any]:
    """The entry of a linked user."""
    return {"@odata.type": "#microsoft.graph.user", "id": user_id} | other


def path_of(link: str) -> str:
    """The link below the base address, for another server."""
    parts = urlsplit(link)
    return f"{parts.path.removeprefix('/v1.0')}?{parts.query}"
