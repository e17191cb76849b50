"""The full reading: users with managers and groups with members, side by side.

The change feeds' position is taken before the listing: what happens meanwhile is told the next night. A page that fails
fails the whole reading. Memory grows with the object ids, the groups' own rows and the ranges under way.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from entra_sync.config.teams import TeamGroups
from entra_sync.errors import SnapshotError
from entra_sync.extract.base import Base
from entra_sync.extract.client import GraphClient
from entra_sync.extract.completeness import Absent, Judge, ask_for
from entra_sync.extract.delta import latest, tracked
from entra_sync.extract.groups import GroupsRead, read_groups
from entra_sync.extract.parts import Known, Parts, Writers
from entra_sync.extract.snapshot import Certificate
from entra_sync.extract.users import UserQuery, UsersListed, UserTable, list_users, names_of

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class FullReading:
    """One full reading. ``base``: the snapshot before, for the borders of ranges; ``known``: whom PeopleGoal has;
    ``owned``: which groups become teams, when their owners are wanted."""

    client: GraphClient
    query: UserQuery
    judge: Judge
    known: Known
    base: Base | None
    hidden: bool
    owned: TeamGroups | None

    async def read(self, writers: Writers) -> Parts:
        """Write everything; raises the first error of either side."""
        seconds: dict[str, float] = {}
        links: dict[str, str] = {}
        users = asyncio.ensure_future(_timed("users", self._users(writers, links), seconds))
        groups = asyncio.ensure_future(_timed("groups", self._groups(writers, links), seconds))
        try:
            (listed, certificate), grouped = await asyncio.gather(users, groups)
        finally:
            # The first failure ends the other side and is raised as it is.
            users.cancel()
            groups.cancel()
            await asyncio.gather(users, groups, return_exceptions=True)
        return Parts(
            certificate={"users": certificate} | grouped.certificate,
            hidden_skipped=grouped.hidden_skipped,
            hidden_memberships=grouped.hidden_memberships,
            owners=grouped.owners,
            links=links,
            seconds=seconds,
            plan=listed.plan,
        )

    async def _note_latest(self, collection: str, links: dict[str, str]) -> None:
        """The position in the change feed, before anything is listed."""
        query = tracked(collection, self.query.select, managers=self.query.managers)
        link = await latest(self.client, query, collection)
        if link is not None:
            links[collection] = link

    async def _users(self, writers: Writers, links: dict[str, str]) -> tuple[UsersListed, Certificate]:
        await self._note_latest("users", links)
        table = UserTable(writers.users, self.known.forgotten)
        listed = await list_users(
            self.client, table, self.query, known_names=self._known_names, agrees=self.judge.agrees
        )
        rows = table.writer.rows
        why = self.judge.why_not("users", rows, listed.counted)
        absent = Absent()
        if why is None:
            calls = [(user_id, self.query.one(user_id)) for user_id in self.known.users if user_id not in table.ids]
            absent = await ask_for(self.client, calls)
            table.write([table.batch(absent.there)] if absent.there else [])
        certificate = self.judge.certificate(
            "users", pages=listed.pages, rows=table.writer.rows, counted=listed.counted, why=why, absent=absent
        )
        return listed, certificate

    async def _groups(self, writers: Writers, links: dict[str, str]) -> GroupsRead:
        await self._note_latest("groups", links)
        return await read_groups(
            self.client,
            writers.groups,
            writers.memberships,
            self.judge,
            hidden=self.hidden,
            known=self.known.groups,
            owned=self.owned,
        )

    def _known_names(self) -> list[str]:
        """Names to cut the first listing at; of a damaged snapshot none: this reading is what replaces it."""
        try:
            return names_of(self.base.tables.users) if self.base is not None else []
        except SnapshotError:
            return []


async def _timed(name: str, work: Awaitable[T], seconds: dict[str, float]) -> T:
    started = time.monotonic()
    try:
        return await work
    finally:
        seconds[name] = round(time.monotonic() - started, 3)
