"""A row of one account cannot refer to a row of another: the database itself refuses it, whoever writes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from tests.load.factory import Directory, Nights

# Ours (id 1) and theirs (id 2) have these alike; {our_...} and {their_...} stand for ids.
REFUSED = {
    "a membership of their user": (
        "insert into peoplegoal.team_member (account_id, team_id, user_id) values (1, {our_team}, {their_user})"
    ),
    "a membership in their team": (
        "insert into peoplegoal.team_member (account_id, team_id, user_id) values (1, {their_team}, {our_user})"
    ),
    "a membership moved to their account": "update peoplegoal.team_member set account_id = 2 where account_id = 1",
    "a profile of their user": ("insert into peoplegoal.profile (account_id, user_id) values (1, {their_bare_user})"),
    "their user as a manager": (
        "update peoplegoal.profile set manager_id = {their_user} where account_id = 1 and user_id = {our_user}"
    ),
    "their user as a lead": "update peoplegoal.team set lead_id = {their_user} where id = {our_team}",
    "a user moved to their account": (
        "update peoplegoal.app_user set account_id = 2, entra_id = null where id = {our_user}"
    ),
    "a team moved to their account": "update peoplegoal.team set account_id = 2, entra_id = null where id = {our_team}",
    "their run as our state": ("update sync.account_state set applied_run_id = {their_run} where account_id = 1"),
    "a lease for their run": (
        "insert into sync.lease (account_id, run_id, holder, expires_at) values (1, {their_run}, 'me', now())"
    ),
    "a question of their run": (
        "insert into sync.decision (account_id, run_id, kind, fingerprint, items, population, over, expires_at)"
        " values (1, {their_run}, 'too_many_creations', 'f', 1, 1, 'o', now())"
    ),
    "their user as a leaver": "insert into sync.leaver (account_id, user_id, since) values (1, {their_user}, now())",
    "a stand-in for their user": (
        "insert into sync.stand_in (account_id, user_id, leaver_id, manager_id)"
        " values (1, {their_user}, {our_user}, {our_user})"
    ),
    "a stand-in for their leaver": (
        "insert into sync.stand_in (account_id, user_id, leaver_id, manager_id)"
        " values (1, {our_user}, {their_user}, {our_user})"
    ),
    "a stand-in by their user": (
        "insert into sync.stand_in (account_id, user_id, leaver_id, manager_id)"
        " values (1, {our_user}, {our_user}, {their_user})"
    ),
    "a user of no account": "insert into peoplegoal.app_user (account_id) values (99)",
    "a headcount of no account": ("insert into sync.headcount values (99, date '2026-11-23', '', 0, 0, 0, 0, 0)"),
}


FOREIGN_KEYS = """
select
    k.conname, k.conrelid::regclass::text as from_table, k.confrelid::regclass::text as to_table,
    array_agg(f.attname || '=' || t.attname) as columns
from pg_constraint k
cross join unnest(k.conkey, k.confkey) as pair (from_column, to_column)
join pg_attribute f on f.attrelid = k.conrelid and f.attnum = pair.from_column
join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.to_column
where k.contype = 'f' and k.connamespace in ('peoplegoal'::regnamespace, 'sync'::regnamespace)
group by k.oid order by 1
"""
OF_AN_ACCOUNT = """
select c.oid::regclass::text as name from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
where c.relkind = 'r' and c.relnamespace in ('peoplegoal'::regnamespace, 'sync'::regnamespace) order by 1
"""
# Rows that belong to a run, and through it to its account.
OF_A_RUN = {"sync.change", "sync.issue", 'sync."check"', "sync.measure"}
NOT_OF_AN_ACCOUNT = {"peoplegoal.account", "sync.migration"}


@pytest.fixture(scope="module")
def both(postgres: Postgres) -> Iterator[str]:
    """Two accounts with the same people and groups; in the second there is somebody without a profile, too."""
    name = f"t_{secrets.token_hex(6)}"
    postgres.create_database(name)
    url = postgres.url(name)
    migrate(url)
    for slug in ("ours", "theirs"):
        Nights(url=url, slug=slug).run(directory())
    with psycopg.connect(url) as connection:
        connection.execute("insert into peoplegoal.app_user (account_id) values (2)")
    yield url
    postgres.drop_database(name)


def directory() -> Directory:
    """Three people, a manager among them, and two groups."""
    found = Directory.of("ann", "bob", "cleo")
    found.people["bob"].manager = "ann"
    found.group("sales", "ann", "bob")
    found.group("support", "cleo")
    return found


def ask(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


def test_every_table_is_of_an_account_or_of_a_run(both: str) -> None:
    tables = ask(
        both,
        "select oid::regclass::text as name from pg_class where relkind = 'r'"
        " and relnamespace in ('peoplegoal'::regnamespace, 'sync'::regnamespace)",
    )

    of_an_account = {row["name"] for row in ask(both, OF_AN_ACCOUNT)}
    assert {row["name"] for row in tables} - of_an_account == OF_A_RUN | NOT_OF_AN_ACCOUNT


def test_every_foreign_key_between_tables_of_accounts_carries_the_account(both: str) -> None:
    of_an_account = {row["name"] for row in ask(both, OF_AN_ACCOUNT)}
    found = [key for key in ask(both, FOREIGN_KEYS) if {key["from_table"], key["to_table"]} <= of_an_account]

    assert len(found) > 10
    assert [key["conname"] for key in found if "account_id=account_id" not in key["columns"]] == []


def test_every_table_of_an_account_refers_to_the_account_itself(both: str) -> None:
    keys = ask(both, FOREIGN_KEYS)
    reached = {"peoplegoal.account"}
    for _ in keys:
        reached |= {
            key["from_table"]
            for key in keys
            if key["to_table"] in reached and any(pair.startswith("account_id=") for pair in key["columns"])
        }

    assert {row["name"] for row in ask(both, OF_AN_ACCOUNT)} <= reached


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses(both: str, what: str) -> None:
    with psycopg.connect(both, row_factory=dict_row) as connection:
        ids = connection.execute(
            "select"
            " (select max(id) from peoplegoal.app_user where account_id = 1) as our_user,"
            " (select max(user_id) from peoplegoal.profile where account_id = 2) as their_user,"
            " (select max(id) from peoplegoal.app_user where account_id = 2) as their_bare_user,"
            " (select max(id) from peoplegoal.team where account_id = 1 and kind = 'group') as our_team,"
            " (select max(id) from peoplegoal.team where account_id = 2) as their_team,"
            " (select max(id) from sync.run where account_id = 2) as their_run"
        ).fetchone()
        assert ids is not None

        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(REFUSED[what].format(**ids))


def test_a_load_of_one_account_writes_no_row_of_another(database_url: str) -> None:
    ours, theirs = Nights(url=database_url, slug="ours"), Nights(url=database_url, slug="theirs")
    ours.run(directory())
    before = everything_of(ours, account_id=1)
    theirs.run(directory())
    moved = directory()
    moved.people["ann"].email, moved.people["bob"].manager = "bob@contoso.com", None
    moved.people["bob"].email, moved.people["cleo"].state = "ann@contoso.com", "disabled"
    del moved.groups["sales"]

    theirs.run(moved)
    theirs.run(Directory.of("zoe"))

    assert everything_of(ours, account_id=1) == before
    assert len(everything_of(ours, account_id=2)["sync.run"]) == 3


def everything_of(nights: Nights, *, account_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of an account, and of its runs, with its version."""
    found = {}
    for row in ask(nights.url, OF_AN_ACCOUNT):
        query = f"select xmin::text as version, ctid::text, t.* from {row['name']} t where account_id = {account_id}"
        found[row["name"]] = sorted(ask(nights.url, query), key=str)
    for name in OF_A_RUN:
        query = (
            f"select t.xmin::text as version, t.* from {name} t"
            f" join sync.run r on r.id = t.run_id where r.account_id = {account_id}"
        )
        found[name] = sorted(ask(nights.url, query), key=str)
    return found
