"""Retention: what is old enough goes, what the newest night needs stays, and every run's numbers stay true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from entra_sync.config.account import AccountConfig
from entra_sync.errors import EntraSyncError
from entra_sync.extract.snapshot import MANIFEST, read_manifest, read_tables
from entra_sync.retention import Swept, sweep
from entra_sync.store import Store
from entra_sync.undo import undo_run
from sandbox.day import a_working_day
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights, quick_retries
from tests.e2e.oracle import actual, expected

__all__ = ["quick_retries"]

FIRST = date(2026, 11, 1)
NIGHTS = 6


@pytest.fixture
def nights(database_url: str, tmp_path: Path, quick_retries: None) -> Iterator[Nights]:
    """Six nights, a day apart, a working day before each; the last one is of 6 November."""
    with SandboxTenant(users=40, groups=8) as tenant:
        nights = Nights(tenant=tenant, url=database_url, store=tmp_path / "store")
        for number in range(NIGHTS):
            nights.day = FIRST + timedelta(days=number)
            nights.run()
            a_working_day(tenant.company)
            _move(nights, nights.day)
        yield nights


def _move(nights: Nights, day: date) -> None:
    """The newest run happened at noon of that day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    nights.rows(
        "update sync.run set started_at = %s, finished_at = %s, as_of = %s where id = (select max(id) from sync.run)"
        " returning 1",
        noon,
        noon,
        noon,
    )


def swept(nights: Nights, *, days: int = 35, names: int = 400, on: date = FIRST + timedelta(days=NIGHTS)) -> Swept:
    """The maintenance of the morning of a day."""
    given = {"account": "contoso", "name": "Contoso", "retention": {"snapshots_days": days, "changes_days": names}}
    now = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    return sweep(nights.url, Store.at(str(nights.store)), AccountConfig.model_validate(given), now=now)


def folders(nights: Nights, area: str) -> list[str]:
    return sorted(path.name for path in (nights.store / area / "contoso").iterdir())


def test_young_things_stay(nights: Nights) -> None:
    before = sorted(nights.store.rglob("*"))

    assert swept(nights) == Swept()
    assert sorted(nights.store.rglob("*")) == before


def test_what_was_read_goes_after_its_days(nights: Nights) -> None:
    done = swept(nights, days=3)

    assert folders(nights, "landing") == folders(nights, "checks") == ["4", "5", "6"]
    assert folders(nights, "curated") == ["2026-11-04", "2026-11-05", "2026-11-06"]
    assert done == Swept(snapshots=3, findings=3, days=3)
    assert swept(nights, days=3) == Swept()


def test_the_newest_and_what_is_shown_stay_however_old(nights: Nights) -> None:
    nights.run(mode="replay")
    _move(nights, nights.day)

    swept(nights, days=1, names=1, on=FIRST + timedelta(days=500))

    assert folders(nights, "landing") == ["6"]
    assert folders(nights, "checks") == ["6", "7"]
    assert folders(nights, "curated") == ["2026-11-06"]
    assert nights.run() in ("success", "partial")
    assert nights.last_run()["mode"] == "incremental"
    assert nights.run(mode="replay") == "no_changes"
    assert actual(nights.url) == expected(nights.tenant.company)


def test_the_newest_complete_snapshot_stays_so_that_lists_are_held_against_it(nights: Nights) -> None:
    nights.tenant.faults.add(Fault(path="/members", status=200, body={"value": []}))
    for _ in range(2):
        assert nights.run(mode="full") == "partial"
        _move(nights, FIRST + timedelta(days=NIGHTS))
    teams = nights.rows("select count(*) as n from peoplegoal.team_member")

    swept(nights, days=1, on=FIRST + timedelta(days=500))

    assert folders(nights, "landing") == ["6", "8"]
    assert nights.run(mode="full") == "partial"
    assert nights.rows("select count(*) as n from peoplegoal.team_member") == teams


def test_names_go_and_numbers_stay(nights: Nights) -> None:
    counters = nights.rows("select to_jsonb(r) - 'swept_at' as r from sync.run r order by id")
    kept = nights.rows("select * from sync.change where run_id > 3 order by 1, 2")
    people = nights.everything()

    done = swept(nights, names=3)

    assert done.runs == 3
    assert nights.rows("select * from sync.change order by 1, 2") == kept
    for table in ("sync.change", "sync.issue", 'sync."check"'):
        assert nights.rows(f"select min(run_id) as first from {table}")[0]["first"] in (None, 4)
    assert nights.rows("select to_jsonb(r) - 'swept_at' as r from sync.run r order by id") == counters
    marked = nights.rows("select id from sync.run where swept_at is not null order by id")
    assert [row["id"] for row in marked] == [1, 2, 3]
    assert nights.everything() == people
    assert swept(nights, names=3) == Swept()


def test_a_run_whose_names_are_gone_cannot_be_undone(nights: Nights) -> None:
    swept(nights, names=3)
    people = nights.everything()

    with pytest.raises(EntraSyncError, match="not kept any more"):
        undo_run(nights.url, 2)

    assert nights.everything() == people


def test_a_run_whose_question_waits_keeps_its_names(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": {"count": 0}}}
    company = nights.tenant.company
    for one in sorted(company.users)[:5]:
        company.update_user(one, accountEnabled=False)
    assert nights.run() == "held"
    held = nights.last_run()["id"]
    _move(nights, nights.day)
    nights.config = {}
    nights.rows("update sync.account_state set applied_run_id = 1 returning 1")

    swept(nights, names=1, on=FIRST + timedelta(days=500))

    kept = nights.rows("select distinct run_id from sync.change order by 1")
    assert [row["run_id"] for row in kept] == [1, held]


def test_comparisons_with_the_nights_before_need_no_names(nights: Nights) -> None:
    before = nights.rows("select count(*)::int as n from sync.measure")

    swept(nights, names=1)

    assert nights.rows("select count(*)::int as n from sync.measure") == before
    swept(nights, names=1, on=FIRST + timedelta(days=100))
    assert nights.rows("select count(*)::int as n from sync.measure") == [{"n": 0}]


def test_what_a_broken_reading_left_is_nobodys(nights: Nights) -> None:
    with pytest.raises(EntraSyncError):
        nights.run(password="wrong")
    broken = nights.store / "landing" / "contoso" / str(nights.last_run()["id"])
    broken.mkdir(exist_ok=True)
    (broken / "users.parquet").write_bytes(b"half")

    assert swept(nights).snapshots == 1
    assert not broken.exists()


def test_a_run_at_work_keeps_its_files(nights: Nights) -> None:
    at_work = nights.store / "landing" / "contoso" / "7"
    nights.nights += 1
    from entra_sync import pipeline

    ref = nights.ref()
    pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=False, day=nights.day)
    at_work.mkdir()
    (at_work / "users.parquet").write_bytes(b"half")

    swept(nights, days=1, on=FIRST + timedelta(days=500))

    assert at_work.exists()
    nights.steps(ref)
    manifest = read_manifest(str(at_work))
    assert read_tables(str(at_work), manifest).users.num_rows == manifest.counts["users"]


def test_files_of_runs_that_the_database_does_not_know_go_by_their_own_age(nights: Nights) -> None:
    """A database that was restored counts its runs from an earlier one on."""
    nights.rows("delete from sync.run where id = 5 returning 1")
    today = datetime.now(UTC).date()

    swept(nights, days=3, on=today)
    assert "5" in folders(nights, "landing")

    swept(nights, days=3, on=today + timedelta(days=10))
    assert "5" not in folders(nights, "landing")


def test_a_deletion_that_broke_off_leaves_no_half_snapshot(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    def broken(*_: Any) -> None:
        raise OSError("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", broken)
        with pytest.raises(OSError, match="away"):
            swept(nights, days=3)
    torn = [path for path in (nights.store / "landing" / "contoso").iterdir() if not (path / MANIFEST).exists()]
    assert len(torn) == 1

    swept(nights, days=3)

    assert folders(nights, "landing") == ["4", "5", "6"]


def test_an_account_that_was_never_synced_has_nothing(database_url: str, tmp_path: Path) -> None:
    account = AccountConfig(account="new", name="New")

    assert sweep(database_url, Store.at(str(tmp_path)), account, now=datetime.now(UTC)) == Swept()


def test_other_accounts_keep_theirs(nights: Nights) -> None:
    other = AccountConfig.model_validate({"account": "fabrikam", "name": "Fabrikam", "retention": {"changes_days": 1}})
    nights.rows("insert into peoplegoal.account (slug, name) values ('fabrikam', 'Fabrikam') returning 1")
    before = (nights.rows("select * from sync.change order by 1, 2"), sorted(nights.store.rglob("*")))

    sweep(nights.url, Store.at(str(nights.store)), other, now=datetime(2028, 1, 1, tzinfo=UTC))

    assert (nights.rows("select * from sync.change order by 1, 2"), sorted(nights.store.rglob("*"))) == before
