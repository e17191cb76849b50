"""What objects that appear bring with them: links are told by one side only (docs/graph.md, 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from entra_sync.errors import PermissionMissing
from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import Answer, Call, object_type, page_of
from entra_sync.extract.client import GraphClient
from entra_sync.extract.group_lists import PERMISSION as GROUP_PERMISSION
from entra_sync.extract.merge import Edge
from entra_sync.extract.users import PERMISSION as USER_PERMISSION


class FullNeeded(Exception):
    """The changes are not enough, or cost more than everything; the text is the reason."""


@dataclass
class Links:
    """Reports of users who appear, and the groups that they, and groups that appear, are in."""

    client: GraphClient
    users: Collection[str]
    groups: Collection[str]
    reports: set[str] = field(default_factory=set)
    edges: dict[Edge, str | None] = field(default_factory=dict)

    async def read(self) -> None:
        """Raises FullNeeded when the application may not ask for them."""
        items = [_link("users", i, "directReports") for i in self.users]
        items += [_link("users", i, "memberOf") for i in self.users]
        items += [_link("groups", i, "memberOf") for i in self.groups]
        try:
            await in_batches(self.client, items, self._take)
        except PermissionMissing as error:
            raise FullNeeded(f"links_unreadable ({error.code})") from error

    def _take(self, item: Item[tuple[str, str, str]], answer: Answer) -> Iterable[Item[tuple[str, str, str]]]:
        collection, object_id, relation = item.key
        if answer.status == 404:
            return []  # gone again; the next round tells
        if not answer.ok:
            raise answer.failure(item.call)
        value, link = page_of(answer.body, item.call.url)
        ids = [str(entry["id"]) for entry in value if entry.get("id") and object_type(entry) in ("user", "group", None)]
        if relation == "directReports":
            self.reports.update(ids)
        else:
            self.edges |= {(group_id, object_id): collection.removesuffix("s") for group_id in ids}
        return [] if link is None else [Item(key=item.key, call=item.call.next(link))]


def _link(collection: str, object_id: str, relation: str) -> Item[tuple[str, str, str]]:
    permission = USER_PERMISSION if collection == "users" else GROUP_PERMISSION
    call = Call(url=f"/{collection}/{object_id}/{relation}?$select=id&$top=999", permission=permission)
    return Item(key=(collection, object_id, relation), call=call)
