"""Whole nights without Airflow: the pipeline's steps in the DAG's order, on a real tenant and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from entra_sync import pipeline
from entra_sync.config.account import AccountConfig
from entra_sync.extract.retry import RetryPolicy
from entra_sync.store import Store
from sandbox.testing import SandboxTenant

QUICK = RetryPolicy(attempts=2, base_s=0.01, longest_s=0.02)


@dataclass
class Nights:
    """One account that is synced night after night."""

    tenant: SandboxTenant
    url: str
    store: Path
    config: dict[str, Any] = field(default_factory=dict)
    nights: int = 0
    day: date = date(2026, 11, 23)

    def ref(self) -> pipeline.RunRef:
        """The newest night."""
        account = AccountConfig.model_validate({"account": "contoso", "name": "Contoso Ltd", **self.config})
        return pipeline.RunRef(
            account=account,
            dag_run_id=f"night-{self.nights}",
            database_url=self.url,
            store=Store.at(str(self.store)),
        )

    def run(self, *, mode: str = "auto", dry_run: bool = False, **overrides: Any) -> str:
        """One night; gives the run's status. A step's error is raised after the run was closed, as in Airflow."""
        self.nights += 1
        ref = self.ref()
        pipeline.open_run(
            ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=dry_run, day=self.day
        )
        return self.steps(ref, mode, **overrides)

    def steps(self, ref: pipeline.RunRef, mode: str = "auto", replayed: date | None = None, **overrides: Any) -> str:
        """The steps of a night that was opened already."""
        try:
            snapshot = pipeline.extract(ref, lambda: self.tenant.entra_connection(**overrides), mode=mode, day=replayed)
            checks = pipeline.validate(ref, snapshot)
            curated = pipeline.transform(ref, snapshot, checks)
            pipeline.load(ref, snapshot, checks, curated)
        finally:
            status = pipeline.close_run(ref)
        return status

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Ask the database."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def last_run(self) -> dict[str, Any]:
        """The newest row of sync.run."""
        return self.rows("select * from sync.run order by id desc limit 1")[0]

    def changes(self) -> list[dict[str, Any]]:
        """What the newest run did, in its order."""
        return self.rows(
            "select entity::text, action::text, status::text, entra_id::text, label, fields from sync.change"
            " where run_id = (select max(id) from sync.run) order by seq"
        )

    def issues(self) -> list[dict[str, Any]]:
        """What the newest run found."""
        return self.rows("select * from sync.issue where run_id = (select max(id) from sync.run) order by seq")

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of the PeopleGoal schema with its version, to see that nothing was touched."""
        tables = ("account", "app_user", "profile", "team", "team_member")
        return {t: self.rows(f"select xmin::text, t.* from peoplegoal.{t} t order by 2, 3, 4") for t in tables}


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between retries are short."""
    original: Callable[..., Any] = pipeline.extract_tenant
    monkeypatch.setattr(pipeline, "extract_tenant", lambda *a, **k: original(*a, **{"retry": QUICK, **k}))


@pytest.fixture
def nights(database_url: str, tmp_path: Path, quick_retries: None) -> Iterator[Nights]:
    """A tenant of 60 people and 12 groups, and an empty PeopleGoal."""
    with SandboxTenant(users=60, groups=12) as tenant:
        yield Nights(tenant=tenant, url=database_url, store=tmp_path / "store")
