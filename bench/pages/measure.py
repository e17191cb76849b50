"""Time every question of ``of_runs`` and ``of_people``: the page, an empty answer of its application, plain SQL."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psycopg

from bench.pages.history import Sizes, make
from bench.pages.of_people import OfPeople
from bench.pages.of_runs import OfRuns
from bench.pages.question import ROUTES, Asked
from entra_sync.db import Connection, connect
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from entra_sync.roles import create_roles
from tests.web.conftest import served

DATABASE = "sync_history"
PLUGINS = Path(__file__).with_name("plugins")
NOTHING = "/nothing"


@dataclass(kw_only=True)
class Timed:
    """One question: rows of the plain SQL, bytes of the answer, and the milliseconds of each repetition."""

    asked: Asked
    rows: int
    size_bytes: int
    page: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The page to the plain SQL."""
        return median(self.page) / median(self.plain)

    @property
    def ratio_with_empty(self) -> float:
        """The page to the plain SQL and an empty answer, one after the other."""
        return median(self.page) / (median(self.plain) + median(self.empty))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Rows of the tables, and the questions in their order."""

    rows: dict[str, int]
    questions: list[Timed]


def measure(folder: Path, sizes: Sizes, *, repetitions: int, exports: int) -> Measured:
    """Make the history, unless it is there, and measure every question so many times, in turns.

    Raises ValueError when a route was left out, or answers otherwise than it should.
    """
    with Postgres(folder / "postgres") as server:
        url = server.url(DATABASE)
        rows = _history(server, folder, sizes)
        names = {slug: (slug.title(), "UTC") for slug in sizes.slugs()}
        with (
            served(server, DATABASE, folder, page_login=True, names=names, plugins=PLUGINS) as site,
            site.client("admin") as client,
            connect(url) as connection,
        ):
            connection.autocommit = True
            asked = [one for of in (OfRuns, OfPeople) for one in of(connection, sizes).all()]
            left_out = {name for name, _, _ in ROUTES} - {one.route for one in asked}
            if left_out:
                raise ValueError(f"Nobody asks {', '.join(sorted(left_out))}.")
            timed = [_first(client, connection, one) for one in asked]
            for number in range(repetitions):
                for one in timed:
                    if number < (exports if one.asked.is_export else repetitions):
                        one.page.append(_ms(_answer, client, one.asked))
                        one.empty.append(_ms(_nothing, client))
                        one.plain.append(_ms(_rows, connection, one.asked))
    return Measured(rows=rows, questions=timed)


def _history(server: Postgres, folder: Path, sizes: Sizes) -> dict[str, int]:
    """Rows of its tables. What a folder has is taken, in the state of this release."""
    url, made = server.url(DATABASE), folder / f"{DATABASE}.json"
    if made.exists():
        migrate(url)
        rows: dict[str, int] = json.loads(made.read_text())
        return rows
    server.create_database(DATABASE)
    migrate(url)
    create_roles(url)
    with psycopg.connect(url) as connection:
        connection.execute("create role page_login login in role peoplegoal_page")
    rows = make(url, folder / "store", sizes)
    made.write_text(json.dumps(rows))
    return rows


def _first(client: httpx.Client, connection: Connection, asked: Asked) -> Timed:
    """Not timed: what was not read before is read from the disk."""
    return Timed(asked=asked, rows=_rows(connection, asked), size_bytes=len(_answer(client, asked).content))


def _answer(client: httpx.Client, asked: Asked) -> httpx.Response:
    answer = client.request(asked.method, asked.path, data=asked.form or None)
    if answer.status_code != asked.status:
        raise ValueError(f"{asked.route} answered {answer.status_code}, not {asked.status}: {asked.says}")
    return answer


def _rows(connection: Connection, asked: Asked) -> int:
    return sum(len(connection.execute(query, values).fetchall()) for query, values in asked.plain)


def _nothing(client: httpx.Client) -> None:
    client.get(NOTHING).raise_for_status()


def _ms(work: Callable[..., Any], *given: Any) -> float:
    started = time.perf_counter()
    work(*given)
    return (time.perf_counter() - started) * 1000


def table(found: Measured) -> str:
    """Markdown: a line per question, the slowest last."""
    lines = [
        "| route | asked | rows | page ms | empty ms | SQL ms | page : SQL | page : empty + SQL |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(found.questions, key=lambda one: median(one.page)):
        times = " | ".join(f"{median(values):,.1f}" for values in (one.page, one.empty, one.plain))
        ratios = f"{one.ratio:,.1f} | {one.ratio_with_empty:,.1f}"
        lines.append(f"| `{one.asked.route}` | {one.asked.says} | {one.rows:,} | {times} | {ratios} |")
    return "\n".join(lines)
