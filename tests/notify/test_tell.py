"""Telling on a real database after real syncs: nothing twice, nothing lost, one receiver's trouble is its own."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entra_sync.cli import main
from entra_sync.config.quarantine import Quarantine
from entra_sync.db import connect
from entra_sync.errors import EntraSyncError
from entra_sync.forget import find_person, forget
from entra_sync.notify import Notice, in_quarantine, skip_night, tell, tell_week
from entra_sync.notify.nights import failing
from entra_sync.notify.texts import Words
from entra_sync.store import Store
from entra_sync.undo import undo_run
from tests.e2e.conftest import Nights, nights, quick_retries  # noqa: F401
from tests.e2e.test_nights import plain_people


class Receivers:
    """Takes notices; ``down`` refuse them, and ``crash`` ends the process as if right after one was taken."""

    def __init__(self, *names: str) -> None:
        self.got: list[tuple[str, Words]] = []
        self.down: set[str] = set()
        self.crash = False
        self.notice = Notice(
            account="contoso",
            name="Contoso",
            zone="UTC",
            receivers=names or ("mail",),
            send=self.send,
            link=lambda run_id: f"https://airflow.example.com/sync-history/runs/{run_id}",
        )

    def send(self, receiver: str, words: Words) -> None:
        if receiver in self.down:
            raise ConnectionError("https://token@example.com")
        self.got.append((receiver, words))
        if self.crash:
            raise KeyboardInterrupt

    @property
    def titles(self) -> list[tuple[str, str]]:
        return [(receiver, words.title) for receiver, words in self.got]


def fail(nights: Nights) -> None:  # noqa: F811
    nights.tenant.settings.consent = False
    with pytest.raises(EntraSyncError):
        nights.run()
    nights.tenant.settings.consent = True


def now() -> datetime:
    return datetime.now(UTC)


def next_monday(nights: Nights) -> datetime:  # noqa: F811
    """The next one after the newest run, at noon: whatever day it is, the week that is told of is the run's."""
    newest = nights.last_run()["finished_at"].astimezone(UTC)
    return (newest + timedelta(days=7 - newest.weekday())).replace(hour=12)


def test_two_tellers_at_once_tell_once(nights: Nights) -> None:  # noqa: F811
    fail(nights)
    receivers = Receivers()
    tellers = [
        threading.Thread(target=tell, args=(nights.url, receivers.notice), kwargs={"now": now(), "rule": None})
        for _ in range(4)
    ]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()

    assert receivers.titles == [("mail", "Contoso: the directory sync failed")]


def test_a_crash_after_sending_tells_twice_and_never_not(nights: Nights) -> None:  # noqa: F811
    fail(nights)
    receivers = Receivers()
    receivers.crash = True
    with pytest.raises(KeyboardInterrupt):
        tell(nights.url, receivers.notice, now=now(), rule=None)
    receivers.crash = False
    for _ in range(3):
        assert tell(nights.url, receivers.notice, now=now(), rule=None) == []

    assert len(receivers.got) == 2


def test_a_receiver_that_is_down_hears_it_later_and_the_other_one_once(nights: Nights) -> None:  # noqa: F811
    fail(nights)
    receivers = Receivers("hook", "mail")
    receivers.down = {"hook"}
    assert tell(nights.url, receivers.notice, now=now(), rule=None) == ["hook: ConnectionError"]
    receivers.down = set()
    assert tell(nights.url, receivers.notice, now=now(), rule=None) == []

    assert [receiver for receiver, _ in receivers.titles] == ["mail", "hook"]


def test_dry_runs_say_nothing_of_an_account(nights: Nights) -> None:  # noqa: F811
    nights.tenant.settings.consent = False
    with pytest.raises(EntraSyncError):
        nights.run(dry_run=True)
    receivers = Receivers()

    assert tell(nights.url, receivers.notice, now=now(), rule=Quarantine(after=1)) == []
    assert receivers.got == []


def test_a_failed_erasure_is_no_failed_night(
    nights: Nights,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nights.run()
    users = nights.tenant.company.users.values()
    person = next(user.attributes["id"] for user in users if user.attributes["accountEnabled"])
    nights.tenant.company.delete_user(person)
    assert nights.run() == "success"
    receivers = Receivers()

    def unreachable(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(sys.modules["entra_sync.forget.forget"], "erase_files", unreachable)
    found = find_person(nights.url, "contoso", person)
    with pytest.raises(ConnectionError):
        forget(nights.url, Store.at(str(nights.store)), found, by="tester")

    run = nights.last_run()
    assert (run["status"], run["mode_reason"]) == ("failed", "forget")
    assert tell(nights.url, receivers.notice, now=now(), rule=Quarantine(after=1)) == []
    assert receivers.got == []
    assert in_quarantine(nights.url, "contoso", Quarantine(after=1), "UTC") is None
    with connect(nights.url) as connection:
        assert failing(connection, [run["account_id"]]) == set()


def test_a_question_whose_time_is_over_is_not_told(nights: Nights) -> None:  # noqa: F811
    nights.run()
    users = nights.tenant.company.users.values()
    members = [one.attributes["id"] for one in users if one.attributes["userType"] == "Member"]
    for person in members[-3:]:
        nights.tenant.company.delete_user(person)
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "max_team_loss": None}}
    assert nights.run() == "held"
    with connect(nights.url) as connection:
        connection.execute("update sync.decision set asked_at = now() - interval '9 days', expires_at = now()")
    late, week = Receivers(), Receivers()

    assert tell(nights.url, late.notice, now=now(), rule=None) == []
    assert tell_week(nights.url, week.notice, now=next_monday(nights)) == []
    assert late.got == []
    assert "Waiting for an answer: 0 changes in 0 questions." in week.got[0][1].body
    with connect(nights.url) as connection:
        connection.execute("update sync.decision set expires_at = now() + interval '1 day'")
    assert tell(nights.url, late.notice, now=now(), rule=None) == []
    assert late.titles == [("mail", "Contoso: changes wait for your answer")]


def test_a_scheduled_night_is_left_out_until_the_days_have_passed(nights: Nights) -> None:  # noqa: F811
    rule = Quarantine(after=1, every_days=7)
    fail(nights)
    for _ in range(2):
        assert skip_night(nights.url, "contoso", "scheduled-1", rule, "UTC", now=now() + timedelta(days=1)) is not None
    assert skip_night(nights.url, "contoso", "scheduled-2", rule, "UTC", now=now() + timedelta(days=8)) is None
    (written,) = nights.rows("select dag_run_id, reason from sync.skipped_night")
    assert written["dag_run_id"] == "scheduled-1"
    assert "permission_missing" in written["reason"]

    assert nights.run() == "success"
    assert in_quarantine(nights.url, "contoso", rule, "UTC") is None
    assert skip_night(nights.url, "contoso", "scheduled-3", rule, "UTC", now=now() + timedelta(days=1)) is None


def test_an_account_that_never_ran_is_not_in_quarantine(nights: Nights) -> None:  # noqa: F811
    assert in_quarantine(nights.url, "contoso", Quarantine(after=1), "UTC") is None


def test_the_weekly_summary_counts_what_the_history_counts_and_comes_once(nights: Nights) -> None:  # noqa: F811
    assert nights.run() == "success"
    fail(nights)
    skip_night(nights.url, "contoso", "scheduled-1", Quarantine(after=1), "UTC", now=now())
    run = nights.rows("select * from sync.run order by id limit 1")[0]
    receivers = Receivers()
    for _ in range(2):
        assert tell_week(nights.url, receivers.notice, now=next_monday(nights)) == []

    ((_, words),) = receivers.got
    assert words.body.splitlines()[:2] == [
        "Runs: 1 good, 1 failed. Nights left out by quarantine: 1.",
        f"People: {run['users_created']} joined, 0 left, 0 changed.",
    ]
    assert "permission_missing 1" in words.body
    assert words.level == "warning"


def test_the_weekly_summary_counts_no_undone_work(nights: Nights) -> None:  # noqa: F811
    assert nights.run() == "success"
    first = nights.last_run()
    gone, moved = plain_people(nights)[:2]
    nights.tenant.company.delete_user(gone)
    nights.tenant.company.update_user(moved, jobTitle="Captain")
    nights.run()
    undo_run(nights.url, nights.last_run()["id"])
    receivers = Receivers()
    assert tell_week(nights.url, receivers.notice, now=next_monday(nights)) == []

    ((_, words),) = receivers.got
    assert words.body.splitlines()[:2] == [
        "Runs: 2 good, 0 failed. Nights left out by quarantine: 0.",
        f"People: {first['users_created']} joined, 0 left, 0 changed.",
    ]


def test_a_week_without_runs_is_not_told(nights: Nights) -> None:  # noqa: F811
    receivers = Receivers()
    fail(nights)
    skip_night(nights.url, "contoso", "scheduled-1", Quarantine(after=1), "UTC", now=now())

    assert tell_week(nights.url, receivers.notice, now=now()) == []
    assert receivers.got == []


def test_the_history_names_accounts_in_quarantine(
    nights: Nights,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "accounts"
    folder.mkdir()
    (folder / "contoso.yaml").write_text("account: contoso\nname: Contoso\nquarantine: {after: 1}\n", encoding="utf-8")
    (folder / "broken.yaml").write_text("account: broken\n", encoding="utf-8")
    monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(folder))
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", nights.url)
    fail(nights)

    assert main(["history"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("contoso: quarantine since ")
    assert nights.run() == "success"
    assert main(["history"]) == 0
    assert "quarantine" not in capsys.readouterr().out
