"""A run's row is opened first and closed last, whatever happens between."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from psycopg.rows import dict_row

from entra_sync import record
from entra_sync.db import connect
from entra_sync.errors import (
    AccountBusy,
    EntraSyncError,
    GraphUnavailable,
    LeaseLost,
    SignInRefused,
)
from entra_sync.issues import ISSUE_SCHEMA, issue, issue_table


class Runs:
    """Runs of accounts on one database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def open(self, dag_run_id: str = "night-1", account: str = "contoso", **options: Any) -> record.Run:
        with connect(self.url) as connection:
            return record.open_run(
                connection,
                account=account,
                name=account.title(),
                dag_id=f"entra_sync_{account}",
                dag_run_id=dag_run_id,
                run_type="scheduled",
                mode="full",
                dry_run=False,
                **{"wait_s": 0, "poll_s": 0.02, **options},
            )

    def ensure_open(self, dag_run_id: str = "night-1") -> record.Run:
        with connect(self.url) as connection:
            return record.ensure_open(connection, "contoso", dag_run_id, wait_s=0)

    def close(self, dag_run_id: str = "night-1", issues: pa.Table | None = None) -> record.Run:
        with connect(self.url) as connection:
            return record.close_run(connection, "contoso", dag_run_id, issues=issues)

    def fail(self, run: record.Run, error: BaseException, step: str = "extract") -> None:
        with pytest.raises(type(error)), record.working(self.url, run, step=step):
            raise error

    def rows(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()

    def do(self, query: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(query)

    def row(self, run: record.Run) -> dict[str, Any]:
        (row,) = self.rows(f"select * from sync.run where id = {run.id}")
        return row


@pytest.fixture
def runs(database_url: str) -> Runs:
    """No run yet."""
    return Runs(database_url)


def test_a_run_is_opened_with_its_account_and_lease(runs: Runs) -> None:
    run = runs.open()

    assert (run.account, run.attempt, run.status, run.finished_at) == ("contoso", 1, "running", None)
    (lease,) = runs.rows("select * from sync.lease")
    assert (lease["account_id"], lease["run_id"]) == (run.account_id, run.id)
    assert runs.rows("select slug, name from peoplegoal.account") == [{"slug": "contoso", "name": "Contoso"}]


def test_opening_does_not_write_an_unchanged_account(runs: Runs) -> None:
    runs.open()
    before = runs.rows("select xmin::text, * from peoplegoal.account")
    runs.close()

    runs.open("night-2")

    assert runs.rows("select xmin::text, * from peoplegoal.account") == before


def test_a_second_run_waits_for_the_first_and_says_for_whom(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="entra_sync")
    first = runs.open()

    with pytest.raises(AccountBusy, match=f"Run {first.id} works on the account"):
        runs.open("night-2", wait_s=0.1)

    assert f"waiting_for_run={first.id}" in caplog.text
    assert len(runs.rows("select * from sync.run")) == 1
    runs.close()
    assert runs.open("night-2").id != first.id


def test_runs_of_two_accounts_do_not_wait_for_each_other(runs: Runs) -> None:
    assert runs.open().account_id != runs.open(account="fabrikam").account_id


def test_a_dead_holder_is_taken_over_and_its_run_marked(runs: Runs) -> None:
    dead = runs.open()
    runs.do("update sync.lease set expires_at = now() - interval '1 second'")

    run = runs.open("night-2")

    row = runs.row(dead)
    assert (row["status"], row["error_class"], row["errors"]) == ("failed", "LeaseLost", 1)
    assert row["finished_at"] is not None
    (found,) = runs.rows("select * from sync.issue")
    assert (found["run_id"], found["code"]) == (dead.id, "run_abandoned")
    assert runs.rows("select run_id from sync.lease") == [{"run_id": run.id}]


def test_opening_the_same_dag_run_again_is_the_next_attempt(runs: Runs) -> None:
    first = runs.open()

    second = runs.open()

    assert (second.attempt, second.status) == (2, "running")
    assert runs.row(first)["status"] == "failed"
    with connect(runs.url) as connection:
        assert record.current_run(connection, "contoso", "night-1") == second


def test_a_step_without_an_open_run_says_so(runs: Runs) -> None:
    with connect(runs.url) as connection, pytest.raises(EntraSyncError, match="has no run night-1"):
        record.current_run(connection, "contoso", "night-1")


def test_a_step_finds_the_open_run(runs: Runs) -> None:
    run = runs.open()
    runs.do("update sync.lease set expires_at = now() - interval '1 second'")

    assert runs.ensure_open() == run
    assert runs.rows("select expires_at > now() as live from sync.lease") == [{"live": True}]


def test_a_step_after_the_run_was_closed_opens_a_new_attempt_alike(runs: Runs) -> None:
    runs.open()
    runs.do("update sync.run set snapshot_uri = 'landing/contoso/1'")
    closed = runs.close()

    run = runs.ensure_open()

    assert (run.attempt, run.status, run.snapshot_uri) == (2, "running", "landing/contoso/1")
    assert (run.mode, run.run_type, run.dag_id) == (closed.mode, closed.run_type, closed.dag_id)


def test_a_step_of_a_run_that_was_taken_over_waits_like_a_new_one(runs: Runs) -> None:
    runs.open()
    runs.do("update sync.lease set expires_at = now() - interval '1 second'")
    runs.open("night-2")

    with pytest.raises(AccountBusy):
        runs.ensure_open()


def test_a_run_whose_data_were_not_applied_has_failed_with_an_issue_that_says_why(runs: Runs) -> None:
    run = runs.open()
    runs.fail(run, SignInRefused("Entra refused the secret (AADSTS7000215).", hint="Create a new one.", code="x"))
    found = issue_table([issue("email_invalid", entity="user", message="Bad.", label="Änn")])

    closed = runs.close(issues=found)

    assert (closed.status, closed.finished_at is not None) == ("failed", True)
    row = runs.row(run)
    assert (row["error_class"], row["error_step"], row["errors"]) == ("SignInRefused", "extract", 2)
    assert row["error_message"] == "Entra refused the secret (AADSTS7000215). Create a new one."
    issues = runs.rows("select * from sync.issue order by seq")
    assert [i["code"] for i in issues] == ["email_invalid", "sign_in_refused"]
    assert (issues[1]["message"], issues[1]["hint"]) == (
        "Entra refused the secret (AADSTS7000215).",
        "Create a new one.",
    )
    assert runs.rows("select * from sync.lease") == []


def test_closing_again_changes_nothing(runs: Runs) -> None:
    run = runs.open()
    closed = runs.close(issues=ISSUE_SCHEMA.empty_table())
    before = runs.row(run)

    assert runs.close() == closed
    assert runs.row(run) == before
    assert [i["code"] for i in runs.rows("select code from sync.issue")] == ["run_abandoned"]


CODES = [
    (GraphUnavailable("m", code="transport"), "graph_unavailable"),
    (KeyError("ann@contoso.com"), "run_failed"),
    (SystemExit(1), "run_failed"),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda value: type(value).__name__)
def test_every_error_has_an_issue_code(runs: Runs, error: BaseException, code: str) -> None:
    runs.fail(runs.open(), error, step="transform")
    runs.close()

    (found,) = runs.rows("select * from sync.issue")
    assert (found["code"], found["step"]) == (code, "transform")
    assert found["hint"]


def test_the_text_of_a_strange_error_is_not_kept(runs: Runs) -> None:
    run = runs.open()
    runs.fail(run, ValueError("bad value 'ann@contoso.com'"), step="load")

    assert runs.row(run)["error_message"] == "ValueError in the step load."


def test_a_later_try_that_succeeds_clears_the_error_of_its_step_only(runs: Runs) -> None:
    run = runs.open()
    runs.fail(run, GraphUnavailable("m"), step="extract")

    with record.working(runs.url, run, step="validate"):
        pass
    assert runs.row(run)["error_class"] == "GraphUnavailable"
    with record.working(runs.url, run, step="extract"):
        pass
    assert (runs.row(run)["error_class"], runs.row(run)["error_step"]) == (None, None)


def test_a_step_renews_the_lease_while_it_works_and_leaves_time_for_the_next(runs: Runs) -> None:
    run = runs.open()
    with record.working(runs.url, run, step="extract", ttl_s=0.6, beat_s=0.1):
        time.sleep(0.9)
        with pytest.raises(AccountBusy):
            runs.open("night-2")

    (lease,) = runs.rows("select extract(epoch from expires_at - now()) as rest from sync.lease")
    assert 800 < lease["rest"] <= 900


def test_a_step_whose_account_was_taken_over_does_not_succeed(runs: Runs) -> None:
    run = runs.open()
    taken: list[record.Run] = []

    def take_over() -> record.Run:
        with record.working(runs.url, run, step="extract", beat_s=60):
            runs.do("update sync.lease set expires_at = now() - interval '1 second'")
            taken.append(runs.open("night-2"))
        return taken[0]

    with pytest.raises(LeaseLost):
        take_over()

    assert runs.row(run)["status"] == "failed"
    assert runs.rows("select run_id from sync.lease") == [{"run_id": taken[0].id}]
    with pytest.raises(LeaseLost), record.working(runs.url, run, step="extract"):
        pytest.fail("worked without the lease")
