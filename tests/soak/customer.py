"""One customer of the soak: a tenant, an account, and nights in processes of their own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from entra_sync import pipeline
from entra_sync.config.account import AccountConfig
from entra_sync.store import Store
from sandbox.testing import SandboxTenant
from tests.e2e.oracle import expected

ROOT = Path(__file__).parents[2]
STEPS = ("open_run", "extract", "validate", "transform", "load", "close_run")
# The maintenance of each evening keeps so much: a month shows many nights being swept.
RETENTION = {"snapshots_days": 7, "changes_days": 14}
TABLES = ("app_user", "profile", "team", "team_member")


@dataclass
class Customer:
    """``config``: the account file beyond its name; ``nights``: how many runs were begun; ``dated``: the newest run
    that has its simulated day."""

    slug: str
    tenant: SandboxTenant
    database: str
    store: Path
    config: dict[str, Any] = field(default_factory=dict)
    nights: int = 0
    dated: int = 0

    def night(
        self,
        day: date,
        *,
        mode: str = "auto",
        replayed: date | None = None,
        again: bool = False,
        strike: tuple[str, float, Callable[[subprocess.Popen[str]], None]] | None = None,
    ) -> dict[str, Any]:
        """A run, or with ``again`` another try of the last one; what the process said, ``killed`` when it could not.

        ``strike``: a step, seconds after its beginning, and what happens then to the process or around it.
        """
        self.nights += 0 if again else 1
        given = {
            "account": self._account(),
            "run": f"{self.slug}-{self.nights}",
            "database": self.database,
            "store": str(self.store),
            "connection": self.tenant.connection(),
            "day": str(day),
            "mode": mode,
            "replayed": str(replayed) if replayed else None,
            "again": again,
        }
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "include"), str(ROOT)])}
        with subprocess.Popen(
            [sys.executable, "-m", "tests.soak.night"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environ,
            cwd=ROOT,
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(given))
            child.stdin.close()
            said: dict[str, Any] = {"status": "killed"}
            for line in child.stdout:
                if strike and line.strip() == f"step {strike[0]}":
                    time.sleep(strike[1])
                    strike[2](child)
                elif line.startswith("{"):
                    said = json.loads(line)
        if said["status"] == "killed" and child.returncode != -9:
            said = {"status": "died"}
        return said

    def close(self) -> str:
        """What Airflow's teardown does when a task was lost."""
        return pipeline.close_run(self._ref())

    def account(self) -> AccountConfig:
        """The account file as it is now."""
        return AccountConfig.model_validate(self._account())

    def _account(self) -> dict[str, Any]:
        return {"account": self.slug, "name": self.slug.title(), "retention": RETENTION, **self.config}

    def _ref(self) -> pipeline.RunRef:
        return pipeline.RunRef(
            account=self.account(),
            dag_run_id=f"{self.slug}-{self.nights}",
            database_url=self.database,
            store=Store.at(str(self.store)),
        )

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Ask the database; ``%s`` for the account's slug comes first."""
        with psycopg.connect(self.database, row_factory=dict_row) as connection:
            return connection.execute(query, [self.slug, *parameters]).fetchall()  # type: ignore[arg-type]

    def runs(self) -> list[dict[str, Any]]:
        """The account's runs, the oldest first, each with its counters counted anew (``counted``)."""
        return self.rows(
            "select r.*, to_jsonb(r) as run, to_jsonb(c) - 'run_id' as counted from sync.run r"
            " join sync.run_count c on c.run_id = r.id"
            " join peoplegoal.account a on a.id = r.account_id where a.slug = %s order by r.id"
        )

    def active(self) -> set[str]:
        """Object ids of everybody who is not deactivated."""
        rows = self.rows(
            "select u.entra_id::text as id from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
            " where a.slug = %s and u.status <> 'deactivated'"
        )
        return {row["id"] for row in rows}

    def left(self, entra_id: str | None = None) -> list[str]:
        """Object ids of those who are deactivated and have an address still, or only the given one if so."""
        rows = self.rows(
            "select u.entra_id::text as id from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
            " where a.slug = %s and u.status = 'deactivated' and u.email is not null and u.entra_id is not null"
            " and u.entra_id = coalesce(%s::uuid, u.entra_id) order by 1",
            entra_id,
        )
        return [row["id"] for row in rows]

    def date_runs(self, day: date) -> None:
        """Runs that began in this process's own time, which is no simulated day's, began on that day."""
        with psycopg.connect(self.database) as connection:
            connection.execute(
                "update sync.run set finished_at = finished_at - (started_at - began), started_at = began"
                " from (select id, %s::date + started_at::time as began from sync.run) as dated"
                " where dated.id = run.id and run.id > %s and run.account_id ="
                " (select id from peoplegoal.account where slug = %s)",
                [day, self.dated, self.slug],
            )
        self.dated = max((run["id"] for run in self.runs()), default=0)

    def everything(self) -> list[list[dict[str, Any]]]:
        """Every row of the account with its version."""
        return [
            self.rows(
                f"select t.xmin::text as version, t.* from peoplegoal.{name} t join peoplegoal.account a"
                " on a.id = t.account_id where a.slug = %s order by 2, 3, 4"
            )
            for name in TABLES
        ]

    def open_decisions(self) -> list[int]:
        """Questions that wait."""
        rows = self.rows(
            "select d.id from sync.decision d join peoplegoal.account a on a.id = d.account_id"
            " where a.slug = %s and d.status = 'open' order by d.id"
        )
        return [row["id"] for row in rows]

    def leases(self) -> list[dict[str, Any]]:
        """Who holds the account."""
        return self.rows(
            "select l.* from sync.lease l join peoplegoal.account a on a.id = l.account_id where a.slug = %s"
        )

    def wanted(self) -> set[str]:
        """Whom the directory wants in PeopleGoal by the default rules."""
        return set(expected(self.tenant.company)["people"])

    def disable(self, share: float, rng: random.Random) -> None:
        """An accident in the directory: part of the people are disabled."""
        company = self.tenant.company
        for one in sorted(self.wanted()):
            if rng.random() < share:
                company.update_user(one, accountEnabled=False)

    def enable(self) -> None:
        """The accident is mended."""
        company = self.tenant.company
        for one, user in list(company.users.items()):
            if not user.attributes["accountEnabled"]:
                company.update_user(one, accountEnabled=True)
