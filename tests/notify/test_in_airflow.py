"""Notices, quarantine and maintenance in a running Airflow: a mail server and a web hook are told of real nights."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup, local_setup_in
from tests.e2e.running_airflow import RunningAirflow, running_airflow
from tests.notify.receivers import MailServer, WebHook

DAG, NOTICES = "entra_sync_contoso", "entra_sync_notices"
ENV = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True"}
ACCOUNT = """
account: contoso
name: Contoso
schedule: "{schedule}"
notify: [mail, hook]
guards: {{max_deactivations: {{count: 1}}}}
"""
NEVER = "0 0 29 2 *"
SECOND = 1 / 3600


@dataclass
class World:
    """Airflow, one tenant, and who is told."""

    setup: LocalSetup
    tenant: SandboxTenant
    mail: MailServer
    hook: WebHook
    airflow: RunningAirflow
    file: Path

    def night(self, state: str = "success") -> str:
        """A run by hand, to its end; gives its id."""
        run_id = self.airflow.trigger(DAG, {"mode": "full"})
        assert self.airflow.wait(DAG, run_id)["state"] == state
        return run_id

    def hourly(self) -> str:
        """What the clock starts every hour; gives the run's state."""
        return str(self.airflow.wait(NOTICES, self.airflow.trigger(NOTICES))["state"])

    def new(self) -> list[str]:
        """What mail was sent since the last look; the hook was told the same."""
        new, self.seen = self.mail.subjects[self.seen :], len(self.mail.subjects)
        assert self.hook.titles == self.mail.subjects
        return new

    seen: int = 0

    def rows(self, query: str) -> list[dict[str, Any]]:
        return self.setup.rows(query)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with ExitStack() as stack:
        setup = stack.enter_context(local_setup_in())
        folder = setup.folder.parent / "accounts"
        folder.mkdir()
        file = folder / "contoso.yaml"
        file.write_text(ACCOUNT.format(schedule=NEVER), encoding="utf-8")
        tenant = stack.enter_context(SandboxTenant(users=30, groups=4))
        mail, hook = stack.enter_context(MailServer()), stack.enter_context(WebHook())
        setup.env |= {
            "ENTRA_SYNC_ACCOUNTS": str(folder),
            "ENTRA_SYNC_RETRIES": "0",
            "AIRFLOW_CONN_MAIL": mail.connection,
            "AIRFLOW_CONN_HOOK": hook.connection,
        }
        setup.connect_to(tenant.connection())
        airflow = stack.enter_context(running_airflow(setup, DAG, NOTICES, env=ENV))
        yield World(setup, tenant, mail, hook, airflow, file)


def test_a_good_night_is_no_news(world: World) -> None:
    run_id = world.night()

    assert world.airflow.tasks(DAG, run_id)["tell"]["state"] == "success"
    assert world.new() == []


def test_the_end_of_the_secret_is_told_once_for_each_threshold(world: World) -> None:
    world.tenant.settings.permissions.add("Application.Read.All")
    said, noted = [], []
    for days in (25, 25, 6):
        world.tenant.settings.secret_ends = f"{datetime.now(UTC) + timedelta(days=days, hours=1):%Y-%m-%dT%H:%M:%SZ}"
        world.night()
        said.append(world.new())
        (issue,) = world.rows("select * from sync.issue where run_id = (select max(id) from sync.run) and step = 'run'")
        noted.append((issue["code"], issue["severity"], issue["message"].rpartition(", ")[2]))
    world.tenant.settings.secret_ends = "2099-12-31T00:00:00Z"

    assert said == [
        ["Contoso: the client secret ends in 25 days"],
        [],
        ["Contoso: the client secret ends in 6 days"],
    ]
    assert noted == [("credential_ends", "warning", f"in {days} days.") for days in (25, 25, 6)]
    (run,) = world.rows("select id, warnings, status from sync.run order by id desc limit 1")
    warnings = world.rows(f"select code from sync.issue where run_id = {run['id']} order by code")
    # The tenant has a manager who is an organisational contact.
    assert [row["code"] for row in warnings] == ["credential_ends", "manager_not_a_user"]
    assert (run["warnings"], run["status"]) == (2, "no_changes")
    assert "entra_contoso" in world.mail.text()
    assert world.tenant.client_secret[:3] not in world.mail.text()


def test_the_same_failure_is_told_once_and_fails_the_night(world: World) -> None:
    world.tenant.settings.consent = False
    run_id = world.night("failed")
    assert world.new() == ["Contoso: the directory sync failed"]
    assert world.airflow.tasks(DAG, run_id)["tell"]["state"] == "success"
    (run,) = world.rows("select max(id) as id from sync.run")
    assert f"http://127.0.0.1:{world.setup.env['ENTRA_SYNC_PORT']}/sync-history/runs/{run['id']}" in world.mail.text()
    assert "permission_missing" in world.mail.text()
    assert world.hook.messages[-1]["type"] == "failure"

    world.night("failed")
    assert world.hourly() == "success"
    assert world.new() == []


def test_another_reason_is_told_and_refused_credentials_mean_quarantine_at_once(world: World) -> None:
    world.tenant.settings.secret_expired = True
    world.night("failed")

    assert world.new() == ["URGENT: Contoso: the directory sync is in quarantine"]
    assert "AADSTS7000222" in world.mail.text()


def test_a_scheduled_night_in_quarantine_is_left_out_and_says_why(world: World) -> None:
    world.file.write_text(ACCOUNT.format(schedule="* * * * *"), encoding="utf-8")
    world.airflow.read_again()
    while not (found := [run for run in world.airflow.runs(DAG) if run["run_type"] == "scheduled"]):
        time.sleep(0.5)
    asked = world.tenant.counters.requests
    run_id = found[0]["dag_run_id"]
    assert world.airflow.wait(DAG, run_id)["state"] == "success"
    world.file.write_text(ACCOUNT.format(schedule=NEVER), encoding="utf-8")
    world.airflow.read_again()

    tasks = world.airflow.tasks(DAG, run_id)
    assert {name: tasks[name]["state"] for name in ("open_run", "extract", "load", "close_run")} == dict.fromkeys(
        ("open_run", "extract", "load", "close_run"), "skipped"
    )
    assert "sign_in_refused" in world.airflow.log(DAG, run_id, "open_run")
    (skipped,) = [row for row in world.rows("select * from sync.skipped_night") if row["dag_run_id"] == run_id]
    assert skipped["reason"].startswith("quarantine since ")
    assert world.rows(f"select 1 from sync.run where dag_run_id = '{run_id}'") == []
    assert world.tenant.counters.requests == asked
    assert world.new() == []


def test_a_good_run_by_hand_ends_the_quarantine_and_is_told(world: World) -> None:
    world.tenant.settings.secret_expired, world.tenant.settings.consent = False, True
    world.night()
    world.night()

    assert world.new() == ["Contoso: the directory sync works again"]


def test_a_receiver_that_is_down_fails_no_night_and_is_told_later(world: World) -> None:
    people = [
        row["id"]
        for row in world.rows(
            "select u.entra_id::text as id from peoplegoal.app_user u where u.status <> 'deactivated'"
            " and not exists (select 1 from peoplegoal.profile p where p.manager_id = u.id) order by u.id limit 3"
        )
    ]
    for person in people:
        world.tenant.company.delete_user(person)
    world.hook.down = True
    run_id = world.night()
    assert world.airflow.tasks(DAG, run_id)["tell"]["state"] == "failed"
    assert world.mail.subjects[-1] == "Contoso: changes wait for your answer"
    assert "3 people would leave" in world.mail.text()
    assert world.hook.refused == [world.mail.subjects[-1]]
    names = world.rows("select display_name, last_name from peoplegoal.profile")
    assert not any(row["display_name"] in world.mail.text() for row in names)

    world.hook.down = False
    assert world.hourly() == "success"
    assert world.new() == ["Contoso: changes wait for your answer"]


def test_a_file_that_does_not_pass_is_told_to_whom_it_names(world: World) -> None:
    world.file.write_text(ACCOUNT.format(schedule=NEVER) + "colour: blue\n", encoding="utf-8")
    run_id = world.night("failed")
    assert world.airflow.tasks(DAG, run_id)["open_run"]["state"] == "failed"
    assert world.hourly() == "success"
    # The file names the account; its name is not believed.
    assert world.new() == ["contoso: the directory sync failed"]
    assert "configuration_error" in world.mail.text()


def test_everything_told_is_written_down_and_no_secret_is_among_it(world: World) -> None:
    told = world.rows("select kind, receiver from sync.notice order by id")
    kinds = [row["kind"] for row in told if row["receiver"] == "mail"]

    assert kinds == ["expiry", "expiry", "failed", "quarantined", "recovered", "held", "failed"]
    assert [row["kind"] for row in told if row["receiver"] == "hook"] == kinds
    said = "".join(str(message) for message in world.hook.messages)
    assert world.tenant.client_secret not in said


def test_a_run_that_has_not_ended_in_time_is_told_of(world: World) -> None:
    world.new()
    text = ACCOUNT.format(schedule=NEVER) + f"late_after_hours: {2 * SECOND}\n"
    world.file.write_text(text, encoding="utf-8")
    world.airflow.read_again()

    # Airflow asks for late runs now and then.
    late: list[str] = []
    while not late:
        world.night()
        late = [subject for subject in world.mail.subjects if "late" in subject]

    assert late[0] == "Contoso: the directory sync is late"
    assert late[0] in world.hook.titles
    mail = next(mail for mail in world.mail.mails if mail["subject"] == late[0])
    body = mail.get_body(("html", "plain"))
    assert body is not None
    assert "has not ended" in body.get_content()


def test_maintenance_forgets_old_runs_of_airflow_and_their_logs(world: World) -> None:
    airflow, dag = world.airflow, "entra_sync_maintenance"
    old, young = (airflow.trigger(dag) for _ in range(2))
    for run in (old, young):
        assert airflow.wait(dag, run)["state"] == "success"
    long_ago = datetime.now(UTC) - timedelta(days=200)
    with world.setup.database("airflow") as url, psycopg.connect(url) as connection:
        connection.execute("update dag_run set start_date = %s where run_id = %s", [long_ago, old])
        connection.execute("update task_instance set start_date = %s where run_id = %s", [long_ago, old])
    logs = world.setup.folder / "airflow" / "logs" / f"dag_id={dag}"
    said = list((logs / f"run_id={old}").rglob("*.log"))
    for path in said:
        os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))
    nights = airflow.runs(DAG)

    run = airflow.trigger(dag)
    assert airflow.wait(dag, run)["state"] == "success"

    assert said
    assert not any(path.exists() for path in said)
    left = {one["dag_run_id"] for one in airflow.runs(dag)}
    assert {young, run} <= left
    assert old not in left
    assert airflow.runs(DAG) == nights
    states = {name: task["state"] for name, task in airflow.tasks(dag, run).items()}
    assert states == {"sweep": "success", "clean_airflow": "success"}
    assert "step=clean_airflow days=90" in airflow.log(dag, run, "clean_airflow")
