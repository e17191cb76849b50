"""Runs and people of a history that questions are about, picked from the database."""

from __future__ import annotations

from typing import Any

from bench.pages.history import Sizes
from bench.pages.question import Row
from entra_sync.db import Connection, statement


class Picked:
    """Of the largest account: its first and newest run, the one that asks, somebody who leads others, a leaver."""

    def __init__(self, connection: Connection, sizes: Sizes) -> None:
        self.connection, self.sizes = connection, sizes
        self.accounts = list(range(1, sizes.accounts + 1))
        self.first, self.newest, self.held = 1, sizes.newest, sizes.newest - sizes.accounts
        # Somebody in the middle of the company, who leads others.
        (row,) = self._ask(
            "select id, entra_id::text, profile.display_name as name from peoplegoal.app_user"
            " join peoplegoal.profile on profile.user_id = app_user.id"
            " where app_user.account_id = 1 and status = 'active' and id > %(about)s and exists (select"
            " from peoplegoal.profile as report where report.account_id = 1 and report.manager_id = app_user.id)"
            " order by id limit 1",
            about=sizes.people // 50,
        )
        self.person: Row = row
        (row,) = self._ask(
            "select display_name as name, entra_id::text from peoplegoal.app_user"
            " join peoplegoal.profile on profile.user_id = app_user.id"
            " where app_user.account_id = 1 and status = 'deactivated' order by id desc limit 1"
        )
        self.leaver: Row = row

    def _by_entra_id(self, *ids: str) -> list[int]:
        rows = self._ask(
            "select id from peoplegoal.app_user where account_id = 1 and entra_id = any(%(ids)s::uuid[])", ids=list(ids)
        )
        return [row["id"] for row in rows]

    def _ids(self, name: str, **values: Any) -> list[int]:
        return [row["id"] for row in self._rows(name, **values)]

    def _seqs(self, name: str, **values: Any) -> list[int]:
        return [row["seq"] for row in self._rows(name, **values)]

    def _rows(self, name: str, **values: Any) -> list[Row]:
        return self._ask(statement(name), **values)

    def _ask(self, query: str, **values: Any) -> list[Row]:
        return self.connection.execute(query, values).fetchall()
