"""A history of any size in a migrated database, and the last night of its largest account in a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from upath import UPath

from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER, make_snapshot
from entra_sync.checks import History
from entra_sync.config.account import AccountConfig
from entra_sync.extract.snapshot import Manifest, read_files, write_manifest
from entra_sync.scope import decide
from entra_sync.store import ISSUES, Store, write_table
from entra_sync.transform import build
from entra_sync.validate import check, rejections
from entra_sync.validate.kept import keep_results

# Of the people the largest account has so many; the others share the rest.
LARGEST = "contoso"
SHARE = 0.8
ACCOUNT = AccountConfig.model_validate({"account": LARGEST, "name": "Contoso Ltd"})


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """``runs`` is a multiple of ``accounts``; of ``changes`` there are about so many."""

    runs: int
    changes: int
    people: int
    accounts: int

    @property
    def newest(self) -> int:
        """The newest run of the largest account; its first one is 1."""
        return self.runs - self.accounts + 1

    def slugs(self) -> list[str]:
        """The accounts, as history.sql names them."""
        return [LARGEST, *(f"customer-{number:03}" for number in range(2, self.accounts + 1))]


def make(url: str, store: Path, sizes: Sizes) -> dict[str, int]:
    """Fill both; gives the rows of each table."""
    people = _night(Store.at(str(store)), sizes)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB'")
        with connection.transaction():
            connection.execute("create temp table wanted (runs int, changes int, people int, accounts int)")
            connection.execute(
                "insert into wanted values (%s, %s, %s, %s)", (sizes.runs, sizes.changes, sizes.people, sizes.accounts)
            )
            connection.execute(
                "create temp table directory (n int primary key, entra_id uuid, name text, email text, state text)"
            )
            with connection.cursor().copy("copy directory from stdin") as copy:
                for row in people:
                    copy.write_row(row)
            # An index is made more quickly than it is filled row by row.
            indexes = connection.execute(
                "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
                " where indrelid = 'sync.change'::regclass and not indisprimary"
            ).fetchall()
            for name, _ in indexes:
                connection.execute(f"drop index {name}".encode())
            connection.execute((Path(__file__).with_name("history.sql")).read_bytes())
            for _, definition in indexes:
                connection.execute(definition.encode())
        connection.execute("vacuum analyze")
        counted = connection.execute(
            "select relname, reltuples::bigint from pg_class where reltuples > 0 and relkind = 'r'"
            " and relnamespace in ('sync'::regnamespace, 'peoplegoal'::regnamespace) and relname <> 'migration'"
            " order by reltuples desc"
        )
        return dict(counted.fetchall())


def _night(store: Store, sizes: Sizes) -> list[tuple[int, str, str | None, str | None, str]]:
    """Snapshot, checks and curated tables of the newest night; gives its people, numbered by object id."""
    users = sizes.people - (sizes.accounts - 1) * (round(sizes.people * (1 - SHARE)) // max(sizes.accounts - 1, 1))
    folder = store.landing(LARGEST, sizes.newest)
    groups, memberships = round(users * GROUPS_PER_USER), users * MEMBERSHIPS_PER_USER
    files = make_snapshot(Path(str(folder)), ACCOUNT, users=users, groups=groups, memberships=memberships)
    now = datetime.now(UTC)
    write_manifest(
        folder,
        Manifest(
            account=LARGEST,
            run_id=sizes.newest,
            as_of=now,
            mode="full",
            reason="first_run",
            full_as_of=now,
            complete=True,
            counts={name.removesuffix(".parquet"): made["rows"] for name, made in files.items()},
            certificate={},
            config_fingerprint="",
            select=[],
            files=files,
        ),
    )
    tables = read_files(str(folder), files)
    found = check(tables, ACCOUNT, complete=True, as_of=now, history=History())
    checks = store.checks(LARGEST, sizes.newest)
    write_table(checks / ISSUES, found.issues)
    keep_results(checks, found.results, heading=ACCOUNT.name)
    decided = decide(tables.users, tables.groups, tables.memberships, ACCOUNT)
    curated = build(tables, ACCOUNT, rejections(found.issues), decided)
    write_table(UPath(store.curated(LARGEST, f"{now:%Y-%m-%d}")) / "person.parquet", curated.person)
    rows = sorted(curated.person.to_pylist(), key=lambda row: str(row["entra_id"]))
    # The address once: a first name and a number, as they are in the snapshot's principal names.
    return [
        (n, row["entra_id"], row["label"], row["email"] and f"p{n}.{row['email']}", row["state"])
        for n, row in enumerate(rows, start=1)
    ]
