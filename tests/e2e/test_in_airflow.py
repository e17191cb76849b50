"""What only a running Airflow shows: a night by the clock, a backfill, and decisions that people answer over its API.

Five accounts, each with a tenant of its own, live through it side by side.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from entra_sync import pipeline
from entra_sync.config.account import load_account
from entra_sync.local import processes
from entra_sync.pipeline import RunRef
from entra_sync.store import Store
from sandbox.day import a_working_day
from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup, local_setup_in
from tests.e2e.running_airflow import RefusedByAirflow, RunningAirflow, running_airflow
from tests.e2e.statsd import StatsdServer

DECISIONS = "entra_sync_decisions"
NAMES = {"contoso": "Contoso", "fabrikam": "Fabrikam", "tailspin": "Tailspin", "adatum": "Adatum"}
# The clock starts no night, but the scheduler must be free to start runs by events.
NO_NIGHTS = "0 0 29 2 *"
SECONDS = 1 / 3600
ENV = {
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viola:viewer",
}


# Days of the past week; the one in the middle was never read.
TODAY = datetime.now(UTC).date()
PAST = [TODAY - timedelta(days=number) for number in (7, 6, 5, 4, 3)]
READ = [PAST[0], PAST[1], PAST[3], PAST[4]]
WINGTIP = "account: wingtip\nname: Wingtip\n"
TABLES = ("app_user", "profile", "team", "team_member")


def today() -> set[date]:
    """The tests may begin before midnight and go on after it."""
    return {TODAY, datetime.now(UTC).date()}


@dataclass
class World:
    """Airflow, the set-up, and a tenant per account."""

    setup: LocalSetup
    tenants: dict[str, SandboxTenant]
    statsd: StatsdServer
    airflow: RunningAirflow = field(init=False)
    gone: dict[str, list[str]] = field(default_factory=dict)

    def trigger(self, account: str) -> str:
        """Start a night in Airflow."""
        return self.airflow.trigger(f"entra_sync_{account}", {"mode": "full"})

    def wait(self, account: str, run_id: str) -> dict[str, Any]:
        """The night's row in the sync history, when it has ended well."""
        assert self.airflow.wait(f"entra_sync_{account}", run_id)["state"] == "success"
        return self.last_run(account)

    def night(self, account: str, day: date | None = None) -> dict[str, Any]:
        """A night by the functions that the DAG calls: what it does is of interest here, not who starts it."""
        config = load_account(self.file(account))
        with self.setup.database() as url:
            store = Store.at(str(self.setup.folder / "store"))
            ref = RunRef(account=config, dag_run_id=uuid.uuid4().hex, database_url=url, store=store)
            pipeline.open_run(ref, dag_id=config.dag_id, run_type="manual", mode="full", dry_run=False, day=day)
            try:
                snapshot = pipeline.extract(ref, self.tenants[account].entra_connection, mode="full")
                checks = pipeline.validate(ref, snapshot)
                curated = pipeline.transform(ref, snapshot, checks)
                pipeline.load(ref, snapshot, checks, curated)
            finally:
                pipeline.close_run(ref)
        return self.last_run(account)

    def last_run(self, account: str) -> dict[str, Any]:
        return self.runs(account)[-1]

    def runs(self, account: str) -> list[dict[str, Any]]:
        """The account's rows of sync.run, the oldest first."""
        return self.setup.rows(
            "select r.* from sync.run r join peoplegoal.account a on a.id = r.account_id"
            " where a.slug = %s order by r.id",
            account,
        )

    def file(self, account: str) -> Path:
        """The account file."""
        return self.setup.folder.parent / "accounts" / f"{account}.yaml"

    def tables(self, account: str) -> list[list[dict[str, Any]]]:
        """Every row of the account with its version: equal means not written."""
        return [
            self.setup.rows(
                f"select t.xmin::text as version, t.* from peoplegoal.{name} t join peoplegoal.account a"
                " on a.id = t.account_id where a.slug = %s order by 2, 3, 4",
                account,
            )
            for name in TABLES
        ]

    def titles(self, account: str, day: date) -> dict[str, str | None]:
        """Object id -> job title of a day's curated profiles."""
        table = pq.read_table(self.setup.folder / "store" / "curated" / account / str(day) / "profile.parquet")
        return dict(zip(table["entra_id"].to_pylist(), table["job_title"].to_pylist(), strict=True))

    def decisions(self, account: str) -> list[dict[str, Any]]:
        """The account's decisions, the oldest first."""
        return self.setup.rows(
            "select d.* from sync.decision d join peoplegoal.account a on a.id = d.account_id"
            " where a.slug = %s order by d.id",
            account,
        )

    def statuses(self, account: str) -> dict[str, str]:
        """Object id -> status of everybody whom the account lost in its tenant."""
        rows = self.setup.rows(
            "select u.entra_id::text as id, u.status from peoplegoal.app_user u"
            " join peoplegoal.account a on a.id = u.account_id where a.slug = %s",
            account,
        )
        return {row["id"]: row["status"] for row in rows if row["id"] in self.gone[account]}

    def lose(self, account: str, number: int) -> None:
        """Delete people in the tenant who are in PeopleGoal and manage nobody."""
        company = self.tenants[account].company
        rows = self.setup.rows(
            "select u.entra_id::text as id from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
            " where a.slug = %s and u.status <> 'deactivated' and not exists"
            " (select 1 from peoplegoal.profile p where p.manager_id = u.id) order by u.id",
            account,
        )
        there = [row["id"] for row in rows if row["id"] in company.users][:number]
        for entra_id in there:
            company.delete_user(entra_id)
        self.gone.setdefault(account, []).extend(there)

    def questions(self, account: str) -> list[dict[str, Any]]:
        """What Airflow asks for the account and nobody has answered."""
        found = self.airflow.get(f"/dags/{DECISIONS}/dagRuns/~/hitlDetails", response_received=False, limit=100)
        return [one for one in found["hitl_details"] if one["subject"].startswith(NAMES[account])]

    def question(self, account: str, number: int = 1) -> dict[str, Any]:
        """The newest question, as soon as so many are open."""
        while len(found := self.questions(account)) < number:
            time.sleep(0.3)
        return max(found, key=lambda one: one["created_at"])

    def ask_the_rest(self) -> None:
        """What the DAG does every hour: Airflow may lose one of two events at nearly the same time."""
        self.airflow.trigger(DECISIONS)

    def path(self, question: dict[str, Any]) -> str:
        task = question["task_instance"]
        return (
            f"/dags/{DECISIONS}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
            f"/{task['map_index']}/hitlDetails"
        )

    def answer(self, question: dict[str, Any], choice: str) -> None:
        """Answer over the API, and wait until the answer was dealt with."""
        self.airflow.patch(self.path(question), {"chosen_options": [choice], "params_input": {}})
        task = question["task_instance"]
        account = next(account for account, name in NAMES.items() if question["subject"].startswith(name))
        path = f"/dags/{DECISIONS}/dagRuns/{task['dag_run_id']}/taskInstances/decide.apply/{task['map_index']}"
        while self.airflow.get(path)["state"] not in ("success", "skipped", "failed", "upstream_failed"):
            # Airflow loses an answer that comes at the very moment of the question, and asks again.
            for again in self.questions(account):
                if self.path(again) == self.path(question):
                    self.airflow.patch(self.path(again), {"chosen_options": [choice], "params_input": {}})
            time.sleep(0.3)


def account_file(account: str) -> str:
    hours = 75 * SECONDS if account == "tailspin" else 72
    off = "max_creations: null, max_team_loss: null"
    limits = f"{{max_deactivations: {{count: 1}}, {off}, decide_within_hours: {hours}}}"
    return f'account: {account}\nname: {NAMES[account]}\nschedule: "{NO_NIGHTS}"\nguards: {limits}\n'


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Every account synced once, and then a night in Airflow in which three people are gone."""
    with ExitStack() as stack:
        setup = stack.enter_context(local_setup_in())
        folder = setup.folder.parent / "accounts"
        folder.mkdir()
        setup.env["ENTRA_SYNC_ACCOUNTS"] = str(folder)
        tenants = {}
        for seed, account in enumerate(NAMES, start=1):
            (folder / f"{account}.yaml").write_text(account_file(account), encoding="utf-8")
            tenants[account] = stack.enter_context(SandboxTenant(users=18, groups=4, seed=seed))
            setup.connect_to(tenants[account].connection(), account)
        (folder / "wingtip.yaml").write_text(WINGTIP, encoding="utf-8")
        tenants["wingtip"] = stack.enter_context(SandboxTenant(users=18, groups=4, seed=9))
        setup.connect_to(tenants["wingtip"].connection(), "wingtip")
        assert setup.run("migrate").returncode == 0
        world = World(setup, tenants, stack.enter_context(StatsdServer()))
        for day in READ:
            world.night("wingtip", day)
            a_working_day(tenants["wingtip"].company)
        world.file("wingtip").unlink()
        dags = [f"entra_sync_{account}" for account in NAMES]
        world.airflow = stack.enter_context(running_airflow(setup, *dags, DECISIONS, env=ENV | world.statsd.env))
        for account in NAMES:
            assert world.night(account)["status"] == "success"
            world.lose(account, 3)
        for account, run_id in [(account, world.trigger(account)) for account in NAMES]:
            run = world.wait(account, run_id)
            assert (run["status"], run["users_held"], run["users_deactivated"]) == ("held", 3, 0)
        world.ask_the_rest()
        yield world


def test_metrics_tell_what_a_night_was(world: World) -> None:
    first = world.runs("adatum")[1]
    told = world.statsd
    what = {
        "entra_sync.users": "users_held",
        "entra_sync.teams": "teams_unchanged",
        "entra_sync.issues": "warnings",
        "entra_sync.graph": "requests",
    }

    for metric, column in what.items():
        tag = column.removeprefix(metric.removeprefix("entra_sync.") + "_")
        assert told.wait(f"airflow.{metric}", account="adatum", what=tag) == first[column], column
    assert told.wait("airflow.entra_sync.runs", account="adatum", status="held", mode="full") == 1
    seconds = (first["finished_at"] - first["started_at"]).total_seconds()
    assert told.wait("airflow.entra_sync.run_seconds", account="adatum") == pytest.approx(seconds)
    assert told.wait("airflow.entra_sync.last_good_at", account="adatum") == pytest.approx(first["as_of"].timestamp())
    assert told.wait("airflow.entra_sync.last_good_age", account="adatum") > 0
    assert told.wait("airflow.entra_sync.decisions_open", account="adatum") == 1


def test_steps_are_forks_of_a_process_that_has_loaded_everything(world: World) -> None:
    """A step that loads Arrow, Great Expectations and pandas anew takes three times as long as one that need not."""
    scheduler = processes.remembered(world.setup.folder / "scheduler.process")
    assert scheduler is not None
    children = Path(f"/proc/{scheduler.pid}/task/{scheduler.pid}/children").read_text().split()
    maps = [Path(f"/proc/{child}/maps").read_text() for child in children]

    assert ["libarrow" in loaded for loaded in maps] == [True] * 4


def test_other_dags_are_told_what_a_night_brought(world: World) -> None:
    (asset,) = world.airflow.get("/assets", name_pattern="entra_sync_adatum")["assets"]
    (event,) = world.airflow.get("/assets/events", asset_id=asset["id"])["asset_events"]
    run = world.runs("adatum")[1]
    said = event["extra"]

    assert (said["account"], said["run"], said["status"], said["day"]) == ("adatum", run["id"], "held", str(run["day"]))
    assert run["day"] in today()
    assert datetime.fromisoformat(said["as_of"]) == run["as_of"]
    counts = {name: value for name, value in run.items() if name.startswith(("users_", "teams_", "members_"))}
    assert {name: said[name] for name in counts} == counts


def test_approved_is_applied_once_by_a_run_of_its_own(world: World) -> None:
    question = world.question("contoso")
    assert question["subject"].startswith("Contoso: 3 of ")
    assert "- 3: no longer in the directory" in question["body"]
    names = [row["label"] for row in world.setup.rows("select distinct label from sync.change where status = 'held'")]
    assert not [name for name in names if name in question["subject"] + question["body"]]
    requests = world.tenants["contoso"].counters.requests

    world.answer(question, "Approve once")
    assert world.airflow.wait_for_runs("entra_sync_contoso", 2)[-1]["state"] == "success"

    run = world.last_run("contoso")
    assert (run["status"], run["mode"], run["run_type"]) == ("success", "replay", "manual")
    assert run["users_deactivated"] == 3
    assert set(world.statuses("contoso").values()) == {"deactivated"}
    assert world.tenants["contoso"].counters.requests == requests, "what was read is not read again"
    (decision,) = world.decisions("contoso")
    assert (decision["status"], decision["applied_run_id"]) == ("applied", run["id"])
    assert decision["answered_by"].lower() == "admin"


def test_an_answer_is_given_once(world: World) -> None:
    found = world.airflow.get(f"/dags/{DECISIONS}/dagRuns/~/hitlDetails", response_received=True, limit=100)
    (question,) = [one for one in found["hitl_details"] if one["subject"].startswith("Contoso")]

    with pytest.raises(RefusedByAirflow) as refused:
        world.answer(question, "Reject")

    assert refused.value.status == 409


def test_who_may_only_look_may_not_answer(world: World) -> None:
    question = world.question("fabrikam")
    passwords = json.loads((world.setup.folder / "airflow" / "passwords.json").read_text())
    login = {"username": "viola", "password": passwords["viola"]}
    token = world.airflow.request("POST", "/auth/token", json=login)["access_token"]

    answer = world.airflow.client.patch(
        f"/api/v2{world.path(question)}",
        json={"chosen_options": ["Approve once"], "params_input": {}},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 403
    assert [one["status"] for one in world.decisions("fabrikam")] == ["open"]


def test_rejected_stays_and_nobody_is_asked_again(world: World) -> None:
    world.answer(world.question("fabrikam"), "Reject")

    (decision,) = world.decisions("fabrikam")
    assert (decision["status"], decision["answered_by"].lower()) == ("rejected", "admin")
    run = world.night("fabrikam")
    assert (run["status"], run["users_held"], run["mode"]) == ("partial", 3, "full")
    assert "deactivated" not in world.statuses("fabrikam").values()
    assert len(world.runs("fabrikam")) == 3, "a rejection starts no run"
    assert world.questions("fabrikam") == []


def test_nobody_answering_in_time_means_no(world: World) -> None:
    while [one["status"] for one in world.decisions("tailspin")] == ["open"]:
        time.sleep(0.5)

    (decision,) = world.decisions("tailspin")
    assert (decision["status"], decision["answered_by"]) == ("expired", None)
    assert world.night("tailspin")["status"] == "partial"
    assert "deactivated" not in world.statuses("tailspin").values()
    assert world.questions("tailspin") == []


def test_a_plan_that_changed_asks_again_and_the_open_question_blocks_no_night(world: World) -> None:
    old = world.question("adatum")
    world.lose("adatum", 1)
    run = world.wait("adatum", world.trigger("adatum"))
    assert (run["status"], run["users_held"]) == ("held", 4)
    world.ask_the_rest()
    new = world.question("adatum", 2)
    assert [one["status"] for one in world.decisions("adatum")] == ["superseded", "open"]

    world.answer(old, "Approve once")
    assert [one["status"] for one in world.decisions("adatum")] == ["superseded", "open"]
    assert "deactivated" not in world.statuses("adatum").values()
    world.answer(new, "Approve once")
    assert world.airflow.wait_for_runs("entra_sync_adatum", 3)[-1]["state"] == "success"

    assert [one["status"] for one in world.decisions("adatum")] == ["superseded", "applied"]
    assert list(world.statuses("adatum").values()) == ["deactivated"] * 4
    assert len(world.runs("adatum")) == 4


def test_a_new_account_file_is_a_dag_whose_night_airflow_starts_by_the_clock(world: World) -> None:
    world.file("wingtip").write_text(WINGTIP, encoding="utf-8")

    world.airflow.read_again()
    world.airflow.wait_for_dag("entra_sync_wingtip")
    (run,) = world.airflow.wait_for_runs("entra_sync_wingtip", 1)

    assert (run["run_type"], run["state"]) == ("scheduled", "success")
    row = world.last_run("wingtip")
    assert (row["run_type"], row["status"]) == ("scheduled", "success")
    assert row["day"] in today()


def test_a_backfill_rebuilds_what_was_read_and_never_the_current_tables(world: World) -> None:
    before, state = world.tables("wingtip"), world.setup.rows("select * from sync.account_state")
    shown = world.last_run("wingtip")["day"]
    last = [world.titles("wingtip", day) for day in (*READ, shown)]
    requests = world.tenants["wingtip"].counters.requests
    world.file("wingtip").write_text(WINGTIP + "mapping: {job_title: {value: Colleague}}\n", encoding="utf-8")

    world.airflow.post(
        "/backfills",
        {
            "dag_id": "entra_sync_wingtip",
            "from_date": f"{PAST[0]}T00:00:00Z",
            "to_date": f"{PAST[-1]}T00:00:00Z",
            "reprocess_behavior": "none",
            "max_active_runs": 5,
            "dag_run_conf": {},
        },
    )
    runs = world.airflow.wait_for_runs("entra_sync_wingtip", 6)[1:]

    states = {run["logical_date"][:10]: run["state"] for run in runs}
    assert states == {str(day): "success" if day in READ else "failed" for day in PAST}
    rows = {row["day"]: row for row in world.runs("wingtip") if row["run_type"] == "backfill"}
    assert {day: row["status"] for day, row in rows.items()} == {
        day: "stale" if day in READ else "failed" for day in PAST
    }
    assert {row["mode"] for row in rows.values()} == {"replay"}
    missing = rows[PAST[2]]
    assert missing["error_code"] == "snapshot_missing"
    assert f"The directory of {PAST[2]} was never read" in missing["error_message"]
    assert world.tables("wingtip") == before
    assert world.setup.rows("select * from sync.account_state") == state
    assert world.tenants["wingtip"].counters.requests == requests
    for day, titles in zip((*READ, shown), last, strict=True):
        assert world.titles("wingtip", day) == (titles if day == shown else dict.fromkeys(titles, "Colleague"))
    days = world.setup.rows("select distinct date from sync.headcount order by date")
    assert [row["date"] for row in days if row["date"] in PAST] == READ


def test_it_was_an_event_that_started_the_asking(world: World) -> None:
    assert "asset_triggered" in {run["run_type"] for run in world.airflow.runs(DECISIONS)}
    (event, *_) = world.setup.rows(
        "select e.extra from asset_event e join asset a on a.id = e.asset_id"
        " where a.name = 'entra_sync_held' order by e.id",
        database="airflow",
    )
    assert set(event["extra"]) == {"account", "decisions"}


def test_no_person_is_in_what_airflow_keeps_of_it(world: World) -> None:
    kept = world.setup.rows("select value::text as text from xcom", database="airflow")
    kept += world.setup.rows("select subject || coalesce(body, '') as text from hitl_detail", database="airflow")
    kept += world.setup.rows("select extra::text as text from asset_event", database="airflow")
    written = "\n".join(str(row["text"]) for row in kept)

    assert "would be deactivated" in written
    for tenant in world.tenants.values():
        for user in tenant.company.users.values():
            assert user.attributes["userPrincipalName"] not in written
            assert user.id not in written
