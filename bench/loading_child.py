"""One piece of ``bench.loading`` in a process of its own: ``prepare``, ``floor`` or ``load``.

Given: ``work``, ``folder``, and for ``prepare`` the sizes, for the others ``database`` and ``day`` (1, or 2: 1 % of it
changed), for ``load`` the ``run``, whether to ``profile`` and to note ``findings``. Reading the files is not measured.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psycopg
import pyarrow as pa
from upath import UPath

from bench.child import give, measured, read_given
from bench.synthetic import make_snapshot
from entra_sync import db, record
from entra_sync.config.account import AccountConfig
from entra_sync.extract.snapshot import read_files
from entra_sync.extract.tables import SnapshotTables
from entra_sync.load import Curated, SnapshotRef, load_run
from entra_sync.load.stage import NUMBER, PERSON, PROFILE, TEAM
from entra_sync.scope import decide
from entra_sync.store import read_table, write_table
from entra_sync.transform import build

GUARDS = {"max_deactivations": None, "max_creations": None, "max_team_loss": None}
ACCOUNT = AccountConfig.model_validate(
    {
        "account": "contoso",
        "name": "Contoso Ltd",
        "guards": GUARDS,
        "mapping": {"custom.cost_center": "onPremisesExtensionAttributes.extensionAttribute1"},
    }
)
AS_OF = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
FILES = [field.name for field in fields(Curated)]
# As they are read; the load numbers teams and people, and sends memberships by number.
TABLES = {
    "profile": PROFILE,
    "person": tuple(name for name in PERSON if name != NUMBER),
    "team": tuple(name for name in TEAM if name != NUMBER),
    "team_member": ("team_key", "user_entra_id", "role"),
}


def prepare(given: dict[str, Any]) -> dict[str, Any]:
    """A snapshot and one in which 1 % changed -> the curated tables of both days. Gives their rows."""
    folder = Path(given["folder"])
    sizes = {name: given[name] for name in ("users", "groups", "memberships")}
    files = make_snapshot(folder, ACCOUNT, **sizes)
    tables = read_files(str(folder), files)
    # Validate, which would reject a malformed address, does not run here.
    tables = replace(tables, users=_replaced(tables.users, mail=tables.users["userPrincipalName"].to_pylist()))
    rows = {}
    for day, one in ((1, tables), (2, changed(tables))):
        curated = build(one, ACCOUNT, {}, decide(one.users, one.groups, one.memberships, ACCOUNT))
        for name in FILES:
            write_table(UPath(folder) / str(day) / f"{name}.parquet", getattr(curated, name))
        rows[day] = {name: getattr(curated, name).num_rows for name in TABLES}
    return {"rows": rows[1], "groups": tables.groups.num_rows}


def changed(tables: SnapshotTables) -> SnapshotTables:
    """Of the users 0.5 % have another title, 0.3 % another manager, 0.2 % are disabled; 1 % of the memberships are
    others."""
    rng = np.random.default_rng(2)
    users, memberships = tables.users, tables.memberships
    draw = rng.random(users.num_rows)
    people = users["id"].to_pylist()
    titles, managers = users["jobTitle"].to_pylist(), users["manager_id"].to_pylist()
    enabled = users["accountEnabled"].to_pylist()
    for place in np.flatnonzero(draw < 0.010).tolist():
        if draw[place] < 0.005:
            titles[place] = f"Former {titles[place]}"
        elif draw[place] < 0.008 and managers[place]:
            managers[place] = people[place // 50]
        else:
            enabled[place] = False
    members, kinds = memberships["member_id"].to_pylist(), memberships["member_type"].to_pylist()
    for place in np.flatnonzero(rng.random(len(members)) < 0.01).tolist():
        if kinds[place] == "user":
            members[place] = people[int(rng.integers(0, len(people)))]
    return SnapshotTables(
        users=_replaced(users, jobTitle=titles, manager_id=managers, accountEnabled=enabled),
        groups=tables.groups,
        memberships=_replaced(memberships, member_id=members),
    )


def _replaced(table: pa.Table, **columns: list[Any]) -> pa.Table:
    for name, values in columns.items():
        field = table.schema.field(name)
        table = table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))
    return table


def floor(given: dict[str, Any]) -> dict[str, Any]:
    """COPY of the same rows, sent in the same way, into ordinary logged tables without an index, and a commit."""
    tables = read_day(given)
    with db.connect(given["database"]) as connection:
        connection.execute("drop schema if exists floor cascade")
        connection.execute("create schema floor")
        connection.execute(db.statement("load/stage"))
        for name in ("profile", "person", "team"):
            connection.execute(f"create table floor.{name} (like stage_{name})")
        for name in ("person", "team"):
            connection.execute(f"alter table floor.{name} drop column {NUMBER}")
        connection.execute("create table floor.team_member (team_key text, user_entra_id uuid, role text)")
    copies = {f"floor/{name}": f"copy floor.{name} from stdin" for name in TABLES}

    def work() -> None:
        with db.connect(given["database"]) as connection, patch.object(db, "statement", copies.__getitem__):
            for name, columns in TABLES.items():
                db.copy_table(connection, f"floor/{name}", getattr(tables, name), columns)

    _, cost = measured(work)
    return {"cost": asdict(cost)}


def load(given: dict[str, Any]) -> dict[str, Any]:
    """The transaction of one run: stage, plan, apply, record."""
    tables = read_day(given)
    if not given["findings"]:
        tables = replace(tables, issues=tables.issues.slice(0, 0))
    with db.connect(given["database"]) as connection:
        run = record.open_run(
            connection,
            account=ACCOUNT.account,
            name=ACCOUNT.name,
            dag_id=ACCOUNT.dag_id,
            dag_run_id=given["run"],
            run_type="manual",
            mode="full",
            dry_run=False,
        )
    snapshot = SnapshotRef(
        uri=f"landing/contoso/{run.id}",
        as_of=AS_OF + timedelta(days=run.id),
        complete=True,
        mode="full",
        config_fingerprint="0",
        users=tables.person.num_rows,
        groups=given["groups"],
    )
    seconds: dict[str, float] = {}
    with _timed(seconds) if given["profile"] else nullcontext():
        result, cost = measured(
            lambda: load_run(given["database"], run=run, account=ACCOUNT, curated=tables, snapshot=snapshot)
        )
    with db.connect(given["database"]) as connection:
        record.close_run(connection, ACCOUNT.account, run.dag_run_id, issues=None)
    return {"cost": asdict(cost), "counts": asdict(result), "seconds": seconds}


def read_day(given: dict[str, Any]) -> Curated:
    """The curated tables of a day."""
    folder = UPath(given["folder"]) / str(given["day"])
    return Curated(**{name: read_table(folder / f"{name}.parquet") for name in FILES})


@contextmanager
def _timed(seconds: dict[str, float]) -> Iterator[None]:
    """Add up wall seconds per statement, by the name in its first line; COPY includes sending."""
    execute, copy_table = psycopg.Connection.execute, db.copy_table

    @contextmanager
    def clock(name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            seconds[name] = seconds.get(name, 0) + time.perf_counter() - started

    def timed_execute(self: Any, query: Any, *rest: Any, **options: Any) -> Any:
        found = re.match(r"-- (\w+):", query)
        with clock(found[1] if found else "other"):
            return execute(self, query, *rest, **options)

    def timed_copy(connection: db.Connection, name: str, *rest: Any) -> None:
        with clock(name.split("/")[1]):
            copy_table(connection, name, *rest)

    with (
        patch.object(psycopg.Connection, "execute", timed_execute),
        patch("entra_sync.load.stage.copy_table", timed_copy),
    ):
        yield


WORK: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"prepare": prepare, "floor": floor, "load": load}


def main() -> None:
    """Do the piece once."""
    given = read_given()
    give(WORK[given["work"]](given))


if __name__ == "__main__":
    main()
