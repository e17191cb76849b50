"""A whole Airflow for the browser's tests: an account whose tenant changes, people who sign in, and what they press."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup, local_setup_in
from tests.e2e.running_airflow import RunningAirflow, running_airflow

DAG, DECISIONS = "entra_sync_contoso", "entra_sync_decisions"
# The clock starts no night, but events start the DAG that asks.
ACCOUNT = """account: contoso
name: Contoso Ltd
schedule: "0 0 29 2 *"
timezone: Europe/London
guards: {max_deactivations: {percent: null, count: 3}, max_creations: null, max_team_loss: null}
"""
ENV = {
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viola:viewer",
}
TABLES = ("app_user", "profile", "team", "team_member")
# Counts what a person clicks, over all pages of a window.
CLICKS = """document.addEventListener('click', (event) => {
  if (event.isTrusted) sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks')) + 1);
}, true)"""


@dataclass
class Story:
    """Airflow, the account's tenant, and the browser."""

    airflow: RunningAirflow
    tenant: SandboxTenant
    chromium: Any
    gone: list[str] = field(default_factory=list)

    @property
    def setup(self) -> LocalSetup:
        return self.airflow.setup

    @property
    def page(self) -> str:
        """The page's address."""
        return f"{self.airflow.url}/sync-history"

    def signed_in(self, user: str) -> Any:
        """A window of its own, signed in through Airflow's own login form, at the history."""
        context = self.chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(CLICKS)
        window = context.new_page()
        window.set_default_timeout(300_000)  # a test that waits for what never comes must end
        passwords = json.loads((self.setup.folder / "airflow" / "passwords.json").read_text())
        window.goto(f"{self.page}/")
        window.fill("input[name=username]", user)
        window.fill("input[name=password]", passwords[user])
        window.click("button[type=submit]")
        window.wait_for_selector("h1:has-text('Sync history')")
        return window

    def another(self, window: Any) -> Any:
        """A second window of the same person."""
        other = window.context.new_page()
        other.set_default_timeout(300_000)
        return other

    def sync(self, window: Any, how: str = "full") -> int:
        """Press Run now and watch until the run has ended: its number."""
        window.goto(f"{self.page}/")
        start(window, how)
        return self.watched(window)

    def watched(self, window: Any) -> int:
        """The number of the run that the window shows, when it has ended in Airflow too."""
        window.wait_for_url("**/sync-history/runs/*")
        window.wait_for_selector("h1:not(:has(.badge.running)) .badge")  # a preview has a badge more
        run = int(window.url.rsplit("/", 1)[1])
        (row,) = self.setup.rows("select dag_run_id from sync.run where id = %s", run)
        self.airflow.wait(DAG, row["dag_run_id"])
        return run

    def lose(self, number: int) -> None:
        """Delete people in the tenant who are in PeopleGoal and manage nobody; ``gone`` has the last ones."""
        rows = self.setup.rows(
            "select entra_id::text as id from peoplegoal.app_user u where status <> 'deactivated' and not exists"
            " (select 1 from peoplegoal.profile p where p.manager_id = u.id) order by id"
        )
        there = [row["id"] for row in rows if row["id"] in self.tenant.company.users]
        self.gone = there[:number]
        assert len(self.gone) == number
        for entra_id in self.gone:
            self.tenant.company.delete_user(entra_id)

    def statuses(self) -> set[str]:
        """Of those who are gone."""
        query = "select distinct status from peoplegoal.app_user where entra_id::text = any(%s)"
        return {row["status"] for row in self.setup.rows(query, self.gone)}

    def decision(self) -> dict[str, Any]:
        """The last question."""
        (row,) = self.setup.rows("select * from sync.decision order by id desc limit 1")
        return row

    def ask(self) -> None:
        """What the DAG does every hour: Airflow may lose an event."""
        while not self.asked():
            self.airflow.wait_for_dag(DECISIONS)
            if not [run for run in self.airflow.runs(DECISIONS) if run["state"] in ("queued", "running")]:
                self.airflow.trigger(DECISIONS)
            time.sleep(1)

    def asked(self) -> bool:
        """Whether the question waits in Airflow."""
        path = f"/dags/{DECISIONS}/dagRuns/~/hitlDetails"
        return bool(self.airflow.get(path, response_received=False, state="awaiting_input")["hitl_details"])

    def tables(self) -> list[list[dict[str, Any]]]:
        """Every row of PeopleGoal with its version: equal means not written."""
        query = "select xmin::text as version, t.* from peoplegoal.{} t order by 2, 3, 4"
        return [self.setup.rows(query.format(name)) for name in TABLES]


def start(window: Any, how: str) -> None:
    """Press Run now."""
    window.click(".button.primary[data-open] >> nth=0")
    window.check(f"input[value={how}]")
    window.click("[data-start]")


@contextmanager
def told(chromium: Any) -> Iterator[Story]:
    """Airflow up on an empty PeopleGoal; one person of the tenant is disabled, one has an address that is none."""
    with local_setup_in() as setup, SandboxTenant(users=60, groups=12) as tenant:
        folder = setup.folder.parent / "accounts"
        folder.mkdir()
        (folder / "contoso.yaml").write_text(ACCOUNT, encoding="utf-8")
        setup.env["ENTRA_SYNC_ACCOUNTS"] = str(folder)
        setup.connect_to(tenant.connection())
        people = sorted(tenant.company.users)
        tenant.company.update_user(people[5], accountEnabled=False)
        tenant.company.update_user(people[6], mail="no address", userPrincipalName="no address")
        with running_airflow(setup, DAG, DECISIONS, env=ENV) as airflow:
            yield Story(airflow, tenant, chromium)
