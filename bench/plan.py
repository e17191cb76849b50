"""One way to read users or memberships, in a process of its own; ``bench.plans`` holds them beside each other.

Users: *chain*, one chain of pages of 100 with ``$expand=manager``; *ranges*, the product's way; *wide*, ranges in pages
of 999 without managers, then each manager by ``$batch``; *feed*, the first round of users/delta with ``manager``.
Members: *batches*, the product's way; *links*, the first round of groups/delta.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from upath import UPath

from bench.child import give, measured, read_given
from bench.step import ACCOUNT, sign_in
from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import Answer, Call, Traffic
from entra_sync.extract.client import GraphClient
from entra_sync.extract.completeness import Judge
from entra_sync.extract.delta import follow, tracked
from entra_sync.extract.groups import read_groups
from entra_sync.extract.parts import Writers
from entra_sync.extract.select import user_select
from entra_sync.extract.users import PERMISSION, UserQuery, UserTable, list_users

SELECT = user_select(ACCOUNT)
JUDGE = Judge(reading=ACCOUNT.reading, before={})


async def chain(client: GraphClient, writers: Writers) -> int:
    """One chain: as if ranges were refused."""
    table = UserTable(writers.users)
    async for page in client.pages(UserQuery(select=SELECT, managers=True).listing()):
        table.write([table.batch(page)])
    return len(table.ids)


async def ranges(client: GraphClient, writers: Writers) -> int:
    """The product's way on a first night."""
    table = UserTable(writers.users)
    query = UserQuery(select=SELECT, managers=True)
    await list_users(client, table, query, known_names=list, agrees=JUDGE.agrees)
    return len(table.ids)


async def wide(client: GraphClient, writers: Writers) -> int:
    """Pages of 999 in ranges, and a manager each."""
    table = UserTable(writers.users)
    await list_users(client, table, UserQuery(select=SELECT, managers=False), known_names=list, agrees=JUDGE.agrees)
    managers = 0

    def take(item: Item[str], answer: Answer) -> list[Item[str]]:
        nonlocal managers
        managers += isinstance(answer.body, dict) and bool(answer.body.get("manager"))
        return []

    url = "/users/{}?$select=id&$expand=manager($select=id)"
    items = (Item(key=i, call=Call(url=url.format(i), permission=PERMISSION)) for i in table.ids)
    await in_batches(client, items, take)
    return len(table.ids)


async def feed(client: GraphClient, writers: Writers) -> int:
    """The first round of users/delta."""
    return len((await follow(client, tracked("users", SELECT, managers=True), "users")).removed)


async def batches(client: GraphClient, writers: Writers) -> int:
    """The product's way."""
    await read_groups(client, writers.groups, writers.memberships, JUDGE, hidden=False, known=())
    return writers.memberships.rows


async def links(client: GraphClient, writers: Writers) -> int:
    """The first round of groups/delta."""
    read = await follow(client, tracked("groups", [], managers=False), "groups")
    return sum(len(members) for members in read.members.values())


PLANS: dict[str, Callable[[GraphClient, Writers], Awaitable[int]]] = {
    "chain": chain,
    "ranges": ranges,
    "wide": wide,
    "feed": feed,
    "batches": batches,
    "links": links,
}


def carry_out(given: dict[str, Any]) -> tuple[int, Traffic]:
    """One plan; gives rows and traffic."""

    async def work() -> tuple[int, Traffic]:
        writers = Writers.into(UPath(given["folder"]), SELECT)
        async with GraphClient(sign_in(given["connection"])) as client:
            with writers.users, writers.groups, writers.memberships:
                rows = await PLANS[given["plan"]](client, writers)
            return rows, client.traffic

    return asyncio.run(work())


def main() -> None:
    """Carry out one plan in this process."""
    given = read_given()
    (rows, traffic), cost = measured(lambda: carry_out(given))
    give({"rows": rows, "traffic": asdict(traffic), "cost": asdict(cost)})


if __name__ == "__main__":
    main()
