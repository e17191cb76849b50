"""The daily maintenance: every account's retention, erasures that broke off, Airflow's own rows and logs by age."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowSkipException

from entra_sync.airflow import maintenance
from entra_sync.airflow.maintenance import NotMaintained, clean_airflow, clean_logs, sweep_everybody
from entra_sync.errors import ConfigurationError
from tests.load.factory import Directory, Nights


@pytest.fixture
def accounts(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two accounts of which nights are years old, one with a file that does not pass, and the environment of a task."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    for slug in ("contoso", "fabrikam"):
        nights = Nights(url=database_url, slug=slug)
        nights.run(Directory.of("ann", "ben"))
        nights.run(Directory.of("ann"))
        text = f"account: {slug}\nname: {slug.title()}\nretention: {{changes_days: 30}}\n"
        (folder / f"{slug}.yaml").write_text(text)
    (folder / "broken.yaml").write_text("account: broken\nname: Broken\ncolour: blue\n")
    with psycopg.connect(database_url) as connection:
        connection.execute("update sync.run set started_at = now() - interval '40 days'")
    monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(folder))
    monkeypatch.setenv("ENTRA_SYNC_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", database_url.replace("postgresql://", "postgres://"))
    return folder


def runs_with_names(url: str) -> list[tuple[str, int]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select distinct account.slug, change.run_id from sync.change"
            " join sync.run on run.id = run_id join peoplegoal.account on account.id = account_id order by 1, 2"
        ).fetchall()


def test_every_account_is_swept_though_one_cannot_be(accounts: Path, database_url: str) -> None:
    assert len(runs_with_names(database_url)) == 4

    with pytest.raises(NotMaintained, match=r"Not maintained: broken \(ConfigurationError\)\."):
        sweep_everybody()

    # Of each the run that PeopleGoal shows.
    assert runs_with_names(database_url) == [("contoso", 2), ("fabrikam", 4)]


def test_an_account_at_work_waits_for_tomorrow(
    accounts: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    (accounts / "broken.yaml").unlink()
    nights = Nights(url=database_url, slug="contoso", count=2)
    gone = "(select entra_id from peoplegoal.app_user where status = 'deactivated' and account_id = 1)"
    with psycopg.connect(database_url) as connection:
        connection.execute(f"insert into sync.forgotten values (1, {gone}, now(), 'tester')")
    nights.open()

    with caplog.at_level(logging.INFO, "entra_sync"):
        sweep_everybody()

    assert "account=contoso busy" in caplog.text
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select finished_at from sync.forgotten").fetchall() == [(None,)]


def test_an_erasure_that_broke_off_is_gone_on_with(accounts: Path, database_url: str) -> None:
    (accounts / "broken.yaml").unlink()
    gone = "(select entra_id from peoplegoal.app_user where status = 'deactivated' and account_id = 1)"
    with psycopg.connect(database_url) as connection:
        connection.execute(f"insert into sync.forgotten values (1, {gone}, now(), 'tester')")

    sweep_everybody()

    with psycopg.connect(database_url) as connection:
        assert connection.execute("select finished_at is not null from sync.forgotten").fetchall() == [(True,)]
        rows = connection.execute(
            "select email, display_name from peoplegoal.app_user join peoplegoal.profile on user_id = id"
            " where status = 'deactivated' order by 1 nulls first"
        ).fetchall()
    assert rows == [(None, None), ("ben@contoso.com", "Ben")]


def test_old_logs_go_and_young_ones_and_other_files_stay(tmp_path: Path) -> None:
    old, young = tmp_path / "dag_id=a" / "run_id=1", tmp_path / "dag_id=b"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "attempt=1.log").write_text("said")
        (folder / "notes.txt").write_text("kept")
    (old / "notes.txt").unlink()
    long_ago = time.time() - 100
    for path in (*old.iterdir(), old, old.parent):
        os.utime(path, (long_ago, long_ago))

    assert clean_logs(tmp_path, older_than_s=50) == 1
    assert clean_logs(tmp_path, older_than_s=50) == 0

    kept = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert kept == ["dag_id=b/attempt=1.log", "dag_id=b/notes.txt"]


def test_a_worker_without_airflows_database_leaves_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(maintenance.DATABASE, raising=False)
    monkeypatch.delenv(maintenance.DATABASE_FILE, raising=False)

    with pytest.raises(AirflowSkipException, match=maintenance.DATABASE):
        clean_airflow()


@pytest.mark.parametrize("days", ["0", "-1", "soon"])
def test_days_that_are_none_are_refused(days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(maintenance.DAYS, days)

    with pytest.raises(ConfigurationError, match="at least 1"):
        clean_airflow()
