"""Users with their managers: many ranges side by side, or one chain of pages.

``$expand=manager`` caps a page at 100 objects whatever ``$top`` says; without it a page holds 999 (docs/graph.md, 1).
A user without a manager has no ``manager`` member, or a null one; a manager may also be an organisational contact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from entra_sync.errors import ENDS_THE_READING, GraphError
from entra_sync.extract.calls import Call, Row, object_type
from entra_sync.extract.chain import read_chain
from entra_sync.extract.client import GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.forgotten import without_forgotten
from entra_sync.extract.pace import LARGEST_LIMIT
from entra_sync.extract.partitions import EVERYBODY, SMALLEST_TENANT, Range, ranges_by_count, ranges_of_names
from entra_sync.extract.snapshot import TableWriter
from entra_sync.extract.tables import pc

PERMISSION = "User.Read.All"


@dataclass(frozen=True, kw_only=True)
class UserQuery:
    """What is asked of every user."""

    select: list[str]
    managers: bool

    def listing(self, part: Range = EVERYBODY) -> Call:
        """The first page of a range of users."""
        query = f"/users?$select={','.join(self.select)}"
        if part != EVERYBODY:
            query += f"&$filter={part.condition}"
        query += "&$expand=manager($select=id)&$top=100" if self.managers else "&$top=999"
        return Call(url=query, permission=PERMISSION, units=2 if self.managers else 1)

    def one(self, user_id: str) -> Call:
        """One user as they are now."""
        query = f"/users/{user_id}?$select={','.join(self.select)}"
        return Call(url=query + ("&$expand=manager($select=id)" if self.managers else ""), permission=PERMISSION)


@dataclass
class UserTable:
    """Writes users, each object id once: a listing is no stable view (docs/graph.md, 8)."""

    writer: TableWriter
    forgotten: Collection[str] = ()
    ids: set[str] = field(default_factory=set)

    def batch(self, page: list[Row]) -> pa.RecordBatch:
        """One page as columns; of people who were forgotten what is kept of them."""
        batch = record_batch([with_manager(user) for user in page], self.writer.schema)
        if not (self.forgotten and page):
            return batch
        (kept,) = without_forgotten(pa.Table.from_batches([batch]), self.forgotten).combine_chunks().to_batches()
        return kept

    def write(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Write rows; of a user who comes twice the first is kept. A row without an id is kept: validate names it."""
        for batch in batches:
            new = [self._is_new(user_id) for user_id in batch.column("id").to_pylist()]
            kept = batch if all(new) else batch.filter(pa.array(new, pa.bool_()))
            if kept.num_rows:
                self.writer.write(kept)

    def begin_again(self) -> None:
        """Throw away what was written."""
        self.writer.begin_again()
        self.ids.clear()

    def _is_new(self, user_id: str | None) -> bool:
        if user_id is None:
            return True
        if user_id in self.ids:
            return False
        self.ids.add(user_id)
        return True


@dataclass(frozen=True, kw_only=True)
class UsersListed:
    """Pages read, the tenant's own number afterwards, and how the list was read, in words."""

    pages: int
    counted: int | None
    plan: str


async def list_users(
    client: GraphClient,
    table: UserTable,
    query: UserQuery,
    *,
    known_names: Callable[[], list[str]],
    agrees: Callable[[int, int | None], bool],
) -> UsersListed:
    """Write every user of the tenant.

    ``known_names`` gives the userPrincipalNames of an earlier reading (none: an empty list); ``agrees`` says whether
    rows and the tenant's own number are near enough to each other.
    """
    counted = await client.count("users", PERMISSION)
    ranges = await _ranges(client, counted, known_names)
    plan = f"{len(ranges)} ranges" if len(ranges) > 1 else "one chain"
    if len(ranges) > 1:
        try:
            pages = await _read_ranges(client, table, query, ranges)
        except GraphError as error:
            if isinstance(error, ENDS_THE_READING):
                raise
            plan = f"one chain: ranges were refused (HTTP {error.status} {error.code})"
        else:
            counted = await client.count("users", PERMISSION)
            if agrees(len(table.ids), counted):
                return UsersListed(pages=pages, counted=counted, plan=plan)
            plan = f"one chain: ranges gave {len(table.ids)} of {counted} users"
        table.begin_again()
    pages = await _read_ranges(client, table, query, [EVERYBODY])
    return UsersListed(pages=pages, counted=await client.count("users", PERMISSION), plan=plan)


async def _ranges(client: GraphClient, counted: int | None, known_names: Callable[[], list[str]]) -> list[Range]:
    if counted is None or counted < SMALLEST_TENANT:
        return [EVERYBODY]
    names = known_names()
    if len(names) >= SMALLEST_TENANT:
        return ranges_of_names(names)
    return await ranges_by_count(client, counted, PERMISSION)


async def _read_ranges(client: GraphClient, table: UserTable, query: UserQuery, ranges: list[Range]) -> int:
    """Read ranges side by side, each written when it has ended; gives the pages. The first failure ends all."""
    places = asyncio.Semaphore(LARGEST_LIMIT)

    async def read(part: Range) -> int:
        async with places:
            chain = await read_chain(client, query.listing(part), table.batch)
        table.write(chain.kept)
        return chain.pages

    return sum(await side_by_side(*(read(part) for part in ranges)))


async def side_by_side(*reads: Awaitable[int]) -> list[int]:
    """Await all; the first failure ends the others and is raised as it is."""
    tasks = [asyncio.ensure_future(read) for read in reads]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def with_manager(user: Row) -> Row:
    """Add ``manager_id`` and ``manager_type`` from the expanded manager."""
    manager = user.get("manager")
    if isinstance(manager, dict) and manager.get("id"):
        user["manager_id"] = manager["id"]
        user["manager_type"] = object_type(manager) or "user"
    return user


def names_of(users: pa.Table) -> list[str]:
    """The userPrincipalNames of a snapshot's users."""
    column = users["userPrincipalName"]
    return [str(name) for name in column.filter(pc.is_valid(column)).to_pylist()]
