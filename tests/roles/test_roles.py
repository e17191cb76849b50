"""Least privilege: a login of ``peoplegoal_sync`` can do what nights need and no more, one of ``_page`` only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from entra_sync import pipeline, record
from entra_sync.db import connect
from entra_sync.decisions import answer, claim, held
from entra_sync.doctor import examine_database
from entra_sync.errors import EntraSyncError
from entra_sync.explain import Explanation, explain
from entra_sync.forget import find_person, forget
from entra_sync.migrations import pending
from entra_sync.notify import Failure, Notice, skip_night, tell, tell_week
from entra_sync.retention import sweep
from entra_sync.roles import create_roles, grant
from entra_sync.store import Store
from entra_sync.undo import undo_run
from entra_sync.web.verdict import verdict
from sandbox.day import a_working_day
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights, quick_retries
from tests.e2e.oracle import actual, expected
from tests.e2e.test_nights import plain_people

__all__ = ["quick_retries"]

# The schema of the sync; of PeopleGoal's the tables that the sync works on.
TABLES = (
    "select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 'v')"
    " and c.relnamespace in ('peoplegoal'::regnamespace, 'sync'::regnamespace) order by 1"
)
REFUSED_TO_ALL = [
    "delete from peoplegoal.account",
    "delete from peoplegoal.app_user",
    "delete from peoplegoal.profile",
    "delete from peoplegoal.team",
    "truncate peoplegoal.team_member",
    "update peoplegoal.app_user set invited_at = now()",
    "update peoplegoal.app_user set activated_at = now()",
    "update peoplegoal.app_user set account_id = 2",
    "update peoplegoal.profile set shoe_size = 45",
    "insert into peoplegoal.profile (user_id, account_id, shoe_size) values (1, 1, 45)",
    "update peoplegoal.profile set created_at = now()",
    "update peoplegoal.team set entra_id = null",
    "update peoplegoal.account set slug = 'other'",
    "select * from peoplegoal.payslip",
    "delete from sync.run",
    "delete from sync.decision",
    "delete from sync.forgotten",
    "update sync.notice set told_at = now()",
    "update sync.migration set sha256 = ''",
    "insert into sync.migration (version, name, sha256) values (9999, 'x', 'x')",
    "alter table peoplegoal.profile add column x text",
    "drop table sync.change",
    "drop schema sync cascade",
    "create table sync.mine (id integer)",
    "create table public.mine (id integer)",
    "create role somebody",
    "grant select on peoplegoal.payslip to peoplegoal_sync",
    "copy peoplegoal.profile to program 'cat'",
]
REFUSED_TO_PAGE = [
    "update peoplegoal.profile set city = 'Leeds'",
    "insert into peoplegoal.account (slug, name) values ('a', 'A')",
    "delete from peoplegoal.team_member",
    "insert into sync.headcount values (1, date '2026-11-23', '', 0, 0, 0, 0, 0)",
    "update sync.decision set status = 'approved'",
    "update sync.run set status = 'success'",
    "delete from sync.lease",
    "create temporary table mine (id integer)",
]


def as_login(url: str, login: str) -> str:
    """The same database as another login; the server trusts its machine."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def may(url: str, query: str) -> bool:
    """Whether the server lets the login do it."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute(query)  # type: ignore[arg-type]
            connection.rollback()
    except InsufficientPrivilege:
        return False
    return True


@pytest.fixture
def owner(database_url: str) -> Iterator[str]:
    """The owner's URL, after the roles were made; PeopleGoal has a table and a column of its own."""
    create_roles(database_url)
    logins = {"sync_login": "peoplegoal_sync", "page_only": "peoplegoal_page"}
    with psycopg.connect(database_url) as connection:
        for login, role in logins.items():
            connection.execute(f"create role {login} login in role {role}")  # type: ignore[arg-type]
        connection.execute("revoke temporary on database " + connection.info.dbname + " from public")  # type: ignore[arg-type]
        connection.execute("create table peoplegoal.payslip (id integer)")
        connection.execute("alter table peoplegoal.profile add column shoe_size integer")
    yield database_url
    with psycopg.connect(database_url) as connection:
        for login in logins:
            connection.execute(f"drop role {login}")  # type: ignore[arg-type]


@pytest.fixture
def nights(owner: str, tmp_path: Path, quick_retries: None) -> Iterator[Nights]:
    """A tenant, and nights of the login."""
    with SandboxTenant(users=60, groups=12) as tenant:
        yield Nights(tenant=tenant, url=as_login(owner, "sync_login"), store=tmp_path / "store")


def test_a_login_of_the_sync_can_do_all_of_its_work(nights: Nights) -> None:
    url, company = nights.url, nights.tenant.company
    assert pending(url) == []
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "grace_days": 1}}
    assert nights.run() == "success"
    a_working_day(company)
    managers = {user.manager_id for user in company.users.values()} & set(company.users)
    boss = next(one for one in sorted(managers) if company.users[one].manager_id)
    gone = [boss, *plain_people(nights)[:2]]
    for user in gone:
        company.update_user(user, accountEnabled=False)
    nights.run()
    assert nights.rows("select count(*)::int as n from sync.leaver")[0]["n"] >= len(gone)
    nights.config = {
        "guards": {"max_deactivations": {"count": 1}, "max_team_loss": None},
        "leavers": {"reports": "to_managers_manager"},
    }
    assert nights.run() == "held"

    (asked,) = claim(url, "asked")
    with connect(url) as connection:
        assert len(held(connection, asked, limit=100)) >= len(gone)
    answer(url, asked, approve=True, by="tester")
    nights.run(mode="replay")
    assert nights.last_run()["users_deactivated"] >= len(gone)
    nights.run(mode="full")
    undo_run(url, nights.last_run()["id"] - 1)
    nights.run(mode="full")
    answer(url, claim(url, "again", again=True)[0], approve=True, by="tester")
    nights.run(mode="replay")
    assert actual(url)["people"] == expected(company)["people"]

    with pytest.raises(EntraSyncError):
        nights.run(password="wrong")
    notice = Notice(
        account="contoso",
        name="Contoso",
        zone="UTC",
        receivers=["mail"],
        send=lambda receiver, words: None,
        link=lambda run: "",
    )
    now = datetime.now(UTC)
    tell(url, notice, now=now, rule=nights.ref().account.quarantine, failure=Failure(code="run_failed", at=now))
    tell_week(url, notice, now=now)
    assert skip_night(url, "contoso", "left out", nights.ref().account.quarantine, "UTC", now=now)
    with connect(url) as connection:
        assert record.history(connection, account=None, limit=5)
    forgotten = forget(url, nights.ref().store, find_person(url, "contoso", gone[1]), by="tester")
    assert forgotten.rows["profile"] == 1
    swept = sweep(url, nights.ref().store, nights.ref().account, now=now + timedelta(days=500))
    assert min(swept.runs, swept.rows, swept.snapshots) > 0


@pytest.mark.parametrize("login", ["sync_login", "page_only"])
def test_no_login_can_do_more(owner: str, login: str) -> None:
    allowed = [query for query in REFUSED_TO_ALL if may(as_login(owner, login), query)]

    assert allowed == []


@pytest.mark.parametrize("ended", [False, True], ids=["while it loads", "after it failed"])
def test_the_page_explains_somebody_of_a_night_that_is_not_loaded(nights: Nights, ended: bool) -> None:
    nights.run()
    (row,) = nights.rows("select entra_id::text as entra_id from peoplegoal.app_user order by id limit 1")
    nights.nights += 1
    ref = nights.ref()
    pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=False, day=nights.day)
    pipeline.validate(ref, pipeline.extract(ref, nights.tenant.entra_connection))
    if ended:
        pipeline.close_run(ref)

    store, page = Store.at(str(nights.store)), as_login(nights.url, "page_only")
    found = explain(page, store, ref.account, row["entra_id"], plans=False)

    assert isinstance(found, Explanation)
    assert (found.run.status, found.planned) == ("failed" if ended else "running", False)
    assert not verdict(found).good


def test_the_page_writes_nothing(owner: str) -> None:
    allowed = [query for query in REFUSED_TO_PAGE if may(as_login(owner, "page_only"), query)]

    assert allowed == []


def test_no_table_is_forgotten_and_grants_come_again(owner: str) -> None:
    with psycopg.connect(owner) as connection:
        tables = [name for (name,) in connection.execute(TABLES) if name != "peoplegoal.payslip"]
        connection.execute("grant delete on peoplegoal.app_user to peoplegoal_page")
        connection.execute("revoke select on sync.run from peoplegoal_sync")
    assert grant(owner)

    for login in ("sync_login", "page_only"):
        with psycopg.connect(as_login(owner, login)) as connection:
            for table in tables:
                connection.execute(f"select count(*) from {table}")  # type: ignore[arg-type]
    with psycopg.connect(as_login(owner, "page_only")) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("delete from peoplegoal.app_user")


def test_the_doctor_is_content_with_the_role_and_misses_a_grant(owner: str) -> None:
    login = as_login(owner, "sync_login")
    found = examine_database(login)
    assert found.level == "ok"
    assert found.found.endswith("with the rights of peoplegoal_sync")

    with psycopg.connect(owner) as connection:
        connection.execute("revoke select on sync.run from peoplegoal_sync")
    found = examine_database(login)

    assert found.level == "fail"
    assert "entra-sync migrate" in (found.advice or "")
