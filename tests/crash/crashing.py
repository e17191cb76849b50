"""An account that is loaded night after night while things die, beside a twin to whom nothing happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from entra_sync import record
from entra_sync.db import connect
from entra_sync.local.postgres import Postgres
from tests.crash.days import directory
from tests.crash.loader import load
from tests.load.factory import Nights
from tests.load.test_load_property import found, shown

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("ENTRA_SYNC_KILLS", "6"))
# What the server of these tests logs: each statement, by application and process.
SETTINGS = {"log_statement": "all", "log_line_prefix": "%a %p "}
SAID = re.compile(r"^entra-sync (\d+) LOG:  (?:statement|execute [^:]*): (?:-- (\w+):|(\w+))")
APPLIED = ("success", "no_changes", "partial", "held")

Victim = Callable[[subprocess.Popen[bytes], int], None]


@dataclass
class Log:
    """Statements that the server has logged since this was made."""

    path: Path
    offset: int = 0
    rest: str = ""

    def __post_init__(self) -> None:
        self.offset = self.path.stat().st_size

    def read(self) -> list[tuple[int, str]]:
        """New ones: number of the server process, name of the statement or its first word."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            new = file.read()
        self.offset += len(new)
        *lines, self.rest = (self.rest + new.decode("utf-8", errors="replace")).split("\n")
        matches = [match for line in lines if (match := SAID.match(line))]
        return [(int(match[1]), (match[2] or match[3]).lower()) for match in matches]


@dataclass
class Crashing:
    """The account ``contoso``; each night is loaded by a process of its own."""

    server: Postgres
    database: str
    seed: int
    nights: Nights = field(init=False)
    twin: Nights = field(init=False)
    day: int = 0
    first_run: int = 0

    def __post_init__(self) -> None:
        self.nights = Nights(url=self.server.url(self.database), slug="contoso")
        self.twin = Nights(url=self.server.url(self.database), slug="twin")

    def tomorrow(self) -> None:
        """A day passes; the twin is loaded, the account's run is opened."""
        self.day += 1
        self.twin.run(directory(self.seed, self.day))
        run = self.nights.open()
        self.first_run = run.id

    def start(self, *, as_in_airflow: bool = False) -> subprocess.Popen[bytes]:
        """Start the step load of the newest run."""
        given = {
            "url": self.nights.url,
            "slug": self.nights.slug,
            "count": self.nights.count,
            "seed": self.seed,
            "day": self.day,
            "as_in_airflow": as_in_airflow,
        }
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "include"), str(ROOT)])}
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.loader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd=ROOT,
        )
        assert child.stdin is not None
        child.stdin.write(json.dumps(given).encode())
        child.stdin.close()
        return child

    def undisturbed(self) -> list[str]:
        """The statements of a step that nothing happens to."""
        log = Log(self.server.place.log)
        load(self.nights, directory(self.seed, self.day))
        self._close()
        return [name for _, name in log.read()]

    def disturb(self, victim: Victim, moment: int, delay_s: float, **options: bool) -> str:
        """Start the step, and strike a little after its statement number ``moment``; gives that statement's name.

        Comes back when the loading process and all that it had open in the server have ended.
        """
        log = Log(self.server.place.log)
        child = self.start(**options)
        seen: list[tuple[int, str]] = []
        while child.poll() is None and len(seen) < moment:
            seen += log.read()
        name = "the end"
        if len(seen) >= moment:
            backend, name = seen[moment - 1]
            time.sleep(delay_s)
            victim(child, backend)
        child.wait()
        self._wait_for_the_server()
        return name

    def is_applied(self) -> bool:
        """Whether the night came through whole; if not, nothing of it is there. Anything between them fails."""
        state = found(self.nights)
        before, after = self._shown(self.day - 1), self._shown(self.day)
        (run,) = self.nights.rows("select status from sync.run where id = %s", self.first_run)
        changes = self.nights.rows("select count(*) as n from sync.change where run_id = %s", self.first_run)[0]["n"]
        if state == after:
            assert run["status"] in APPLIED, "the record came with the data"
            assert changes
            return True
        assert state == before, "half a load"
        assert run["status"] in ("running", "failed")
        assert not changes
        return False

    def recover(self, way: str) -> None:
        """Try the task again, or run the next night: after ``close_run``, or when the dead run's lease has ended."""
        if way != "the task again":
            if way == "closed, then the next run":
                self._close()
            else:
                self.nights.do(
                    "update sync.lease set expires_at = now() from peoplegoal.account a"
                    " where a.id = account_id and a.slug = %s",
                    self.nights.slug,
                )
            self.nights.open(poll_s=0.05)
        load(self.nights, directory(self.seed, self.day))
        self._close()

    def check(self) -> None:
        """Nothing is lost, nothing came twice, and the record tells the truth."""
        assert found(self.nights) == self._shown(self.day)
        assert self._changes(self.nights) == self._changes(self.twin), "lost or doubled changes"
        for row in self.nights.rows(
            "select r.id, r.status, r.finished_at, to_jsonb(r) as run, to_jsonb(c) - 'run_id' as counted"
            " from sync.run r join sync.run_count c on c.run_id = r.id"
        ):
            assert row["status"] != "running", row["id"]
            assert row["finished_at"] is not None, row["id"]
            assert {name: row["run"][name] for name in row["counted"]} == row["counted"], row["id"]
        (state,) = self.nights.rows(
            "select r.status, r.as_of = s.applied_as_of as same, s.applied_run_id = (select max(n.id) from sync.run n"
            " where n.account_id = r.account_id and n.status <> 'failed') as newest"
            " from sync.account_state s join sync.run r on r.id = s.applied_run_id"
            " join peoplegoal.account a on a.id = s.account_id where a.slug = %s",
            self.nights.slug,
        )
        assert state["status"] in APPLIED
        assert state["same"]
        assert state["newest"]
        assert self.nights.rows("select * from sync.lease") == []

    def _shown(self, day: int) -> dict[str, Any]:
        return shown(directory(self.seed, day)) if day else {"people": {}, "teams": set(), "members": set()}

    def _close(self) -> None:
        with connect(self.nights.url) as connection:
            record.close_run(connection, self.nights.slug, f"{self.nights.slug}-{self.nights.count}", issues=None)

    def _changes(self, nights: Nights) -> list[tuple[Any, ...]]:
        """All that was ever recorded of an account, whichever run did it."""
        rows = nights.rows(
            "select c.entity, c.action, c.status, c.entra_id::text, c.fields::text from sync.change c"
            " join sync.run r on r.id = c.run_id join peoplegoal.account a on a.id = r.account_id where a.slug = %s"
            " order by 1, 2, 3, 4, 5",
            nights.slug,
        )
        return [tuple(row.values()) for row in rows]

    def _wait_for_the_server(self) -> None:
        """Until it is up, started again when it was killed, and nobody works in it but this test."""
        while True:
            if self.server.pid() is None:
                with Postgres(self.server.folder, settings=self.server.settings):
                    pass
            try:
                with psycopg.connect(self.nights.url, autocommit=True) as connection:
                    others = connection.execute(
                        "select count(*) from pg_stat_activity where application_name = 'entra-sync'"
                    ).fetchone()
            except psycopg.OperationalError:  # it restarts, or recovers
                others = (1,)
            if others == (0,):
                return
            time.sleep(0.02)
