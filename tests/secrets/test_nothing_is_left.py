"""Secrets are nowhere but where a person or the set-up put them, and people only where the layout says.

After everything that can happen to a night, over everything that it leaves behind.

``world`` plants, ``story`` lives, ``places`` lists, ``searching`` finds. What is allowed where stands here, with the
reason; an allowance that nothing needs fails as well. Account files and the files that connections name lie beside the
set-up and are not searched: they hold what a person wrote into them.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.fernet import Fernet

from entra_sync.local.postgres import Postgres
from tests.conftest import ROOT
from tests.secrets.places import (
    Allowed,
    Found,
    in_data_files,
    in_database,
    in_files,
    leaks,
    needless,
)
from tests.secrets.planted import CLIENT_SECRET, PERSON, SECRET
from tests.secrets.processes import Watch
from tests.secrets.story import live
from tests.secrets.world import World, world

OWN = "the set-up's own keys, for its user alone (0600)"
NAMED = "a group is named after somebody, as a manager's team is"
READ = "what was read of the directory"
MADE = "PeopleGoal's tables of a day"
TOLD = "the sync history names whom it tells of"
FILES = (
    Allowed(where=r"secrets\.json", kind="secret", why=OWN),
    Allowed(where=r"airflow/passwords\.json", kind="secret", why=OWN),
    Allowed(where=r"store/landing/\w+/\d+/users\.parquet: \w+", kind="person", why=READ),
    Allowed(where=r"store/landing/\w+/\d+/groups\.parquet: (displayName|mailNickname)", kind="person", why=NAMED),
    Allowed(where=r"store/checks/\w+/\d+/issues\.parquet: label", kind="person", why=TOLD),
    Allowed(where=r"store/checks/\w+/\d+/account\.json", kind="person", why="guards.protected of the account file"),
    Allowed(where=r"store/curated/\w+/[\d-]+/(profile|person|team)\.parquet: \w+", kind="person", why=MADE),
)
AIRFLOW: tuple[Allowed, ...] = ()
PEOPLEGOAL = (
    Allowed(where=r"peoplegoal: peoplegoal\.app_user\.email", kind="person", why=MADE),
    Allowed(where=r"peoplegoal: peoplegoal\.profile\.\w+", kind="person", why=MADE),
    Allowed(where=r"peoplegoal: peoplegoal\.team\.name", kind="person", why=NAMED),
    Allowed(where=r"peoplegoal: sync\.change\.(label|fields)", kind="person", why=TOLD),
    Allowed(where=r"peoplegoal: sync\.issue\.label", kind="person", why=TOLD),
)
DATA = (
    Allowed(where="data of peoplegoal", kind="person", why=MADE),
    Allowed(where="write-ahead log", kind="person", why=MADE),
)
VARIABLES = {
    "AIRFLOW_CONN_ENTRA_CONTOSO",
    "AIRFLOW_CONN_PEOPLEGOAL_DB",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
}


@dataclass(frozen=True, kw_only=True)
class Left:
    """The set-up after everything, Airflow down."""

    world: World

    @contextmanager
    def server(self) -> Iterator[Postgres]:
        with Postgres(self.world.setup.folder / "postgres") as server:
            yield server

    def files(self) -> Found:
        folder = self.world.setup.folder
        return in_files(self.world.search, folder, but=folder / "postgres")

    def database(self, name: str) -> Found:
        with self.server() as server:
            return in_database(self.world.search, server, name)

    def data(self) -> Found:
        with self.server() as server:
            return in_data_files(self.world.search, server)

    def wrong(self, found: Found, allowed: tuple[Allowed, ...] = ()) -> Found:
        return leaks(self.world.search, found, allowed)


@pytest.fixture(scope="module")
def left() -> Iterator[Left]:
    with world() as found:
        live(found)
        assert found.setup.run("down").returncode == 0
        yield Left(world=found)


def test_files_hold_what_the_layout_says(left: Left) -> None:
    found = left.files()

    assert left.wrong(found, FILES) == {}
    assert needless(left.world.search, found, FILES) == []
    logs = [place for place in found if place.startswith("airflow/logs/")]
    assert {place.split("/")[2] for place in logs} >= {
        *(f"{part}.log" for part in ("api-server", "scheduler", "dag-processor", "triggerer")),
        *(f"dag_id={dag}" for dag in ("entra_sync_contoso", "entra_sync_decisions", "entra_sync_notices")),
    }
    assert len(logs) > 50


def test_files_are_for_their_owner_alone(left: Left) -> None:
    folder = left.world.setup.folder
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(folder / "postgres")]

    assert len(files) > 100
    assert [str(path) for path in files if path.stat().st_mode & 0o077] == []


def test_airflows_database_has_no_secret_in_clear_and_nobody(left: Left) -> None:
    found = left.database("airflow")

    assert left.wrong(found, AIRFLOW) == {}
    tables = {place.split(": ")[1].rpartition(".")[0] for place in found}
    assert len(tables) > 50
    assert {f"public.{name}" for name in ("xcom", "log", "rendered_task_instance_fields", "hitl_detail")} <= tables


def test_airflows_database_has_the_connections_encrypted(left: Left) -> None:
    setup = left.world.setup
    key = Fernet(json.loads((setup.folder / "secrets.json").read_text())["fernet_key"].encode())
    rows = setup.rows("select conn_id, password, extra from connection", database="airflow")
    clear = {
        row["conn_id"]: "".join(key.decrypt(row[part].encode()).decode() for part in ("password", "extra") if row[part])
        for row in rows
    }

    assert set(clear) == {"mail", "hook", "gone", "wrong", "entra_fabrikam", "entra_tailspin", "entra_adatum"}
    hidden = {name for name, texts in clear.items() if left.world.search.value(texts)}
    assert hidden == set(clear) - {"entra_tailspin"}, "that one names a file only"


def test_peoplegoals_database_has_people_where_they_belong(left: Left) -> None:
    found = left.database("peoplegoal")

    assert left.wrong(found, PEOPLEGOAL) == {}
    assert needless(left.world.search, found, PEOPLEGOAL) == []
    ran = left.world.rows("select distinct error_code from sync.run where error_code is not null order by 1")
    assert [row["error_code"] for row in ran] == [
        "database_failed",
        "graph_error",
        "run_failed",
        "sign_in_refused",
        "validation_blocked",
    ]


def test_data_files_keep_nothing_of_what_was_deleted(left: Left) -> None:
    found = left.data()

    assert left.wrong(found, DATA) == {}
    assert needless(left.world.search, found, DATA) == []
    assert {"data of airflow", "log"} <= set(found)


def test_no_process_shows_anything_in_its_arguments(left: Left) -> None:
    # What a person types after entra-sync explain is theirs.
    shown = {program: names for program, names in left.world.watch.arguments.items() if program != "entra_sync explain"}

    assert shown == {}
    seen = left.world.watch.programs
    assert {"airflow api-server", "airflow scheduler", "airflow connections", "postgres", "entra_sync explain"} <= seen


def test_environments_hold_what_was_given_and_only_where_it_is_used(left: Left) -> None:
    found = left.world.watch.variables

    assert {variable for _, variable in found} == VARIABLES
    programs = {program for program, _ in found}
    assert {program.split()[0] for program in programs} <= {"airflow", "entra_sync", "entra_sync.local"}
    assert "postgres" not in programs


def test_notices_and_answers_name_nobody_and_no_secret(left: Left) -> None:
    told = {f"mail {n}": text_of(mail) for n, mail in enumerate(left.world.mail.mails)}
    told |= {f"hook {n}": json.dumps(message) for n, message in enumerate(left.world.hook.messages)}
    assert len(told) >= 10
    said = left.world.said | told
    # A person asked for names, and reads them in the terminal; what goes to the log does not.
    asked = ("entra-sync explain", "entra-sync preview", "entra-sync decisions", "entra-sync undo")
    allowed = tuple(Allowed(where=f"{name} \\d+: (output|errors)", kind="person", why="asked for") for name in asked)
    found = {place: left.world.search.value(text) for place, text in said.items()}

    assert left.wrong(found, allowed) == {}


def text_of(mail: EmailMessage) -> str:
    """The whole mail as it was sent, and its parts as they are read."""
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([mail.as_string(), *map(str, parts)])


def test_nothing_was_dumped(left: Left) -> None:
    """A core file would hold everything that the process held. It lies in the process's working folder."""
    places = [*left.world.setup.folder.rglob("core*"), *ROOT.glob("core*")]

    assert [path for path in places if path.is_file() and re.fullmatch(r"core(\.\d+)?", path.name)] == []


# What the tests above would say of a leak. Each puts one there, and takes it away again.


def coded(text: str) -> list[bytes]:
    return [
        text.encode(),
        base64.b64encode(b"user:" + text.encode()),
        text.encode("utf-16"),
        json.dumps({"said": text}).encode(),
    ]


@pytest.mark.parametrize("value", [CLIENT_SECRET, f"Zoë {PERSON.capitalize()}"])
@pytest.mark.parametrize("form", range(4))
def test_a_leak_into_a_log_is_found(left: Left, value: str, form: int) -> None:
    log = left.world.setup.folder / "airflow" / "logs" / "scheduler.log"
    before = log.read_bytes()
    log.write_bytes(before + b"\n2026-01-01 [info] request=" + coded(value)[form])
    try:
        assert set(left.wrong(left.files(), FILES)) == {"airflow/logs/scheduler.log"}
    finally:
        log.write_bytes(before)


@pytest.mark.parametrize(
    ("place", "columns"),
    [
        ("store/landing/contoso/1/memberships.parquet", {"member_id"}),
        ("store/landing/contoso/1/users.parquet", {"displayName"}),
        ("store/curated/contoso/2026-01-01/team_member.parquet", {"role"}),
    ],
)
def test_a_leak_into_a_parquet_file_is_found(left: Left, place: str, columns: set[str]) -> None:
    """Of the planted person where nobody belongs, of the planted secret anywhere."""
    file = left.world.setup.folder / place
    before = file.read_bytes() if file.exists() else None
    value = CLIENT_SECRET if "users" in place else f"{PERSON}@contoso.com"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({name: ["a", value] for name in columns}), file, compression="zstd")
    try:
        assert set(left.wrong(left.files(), FILES)) == {f"{place}: {name}" for name in columns}
    finally:
        file.write_bytes(before) if before is not None else file.unlink()


LEAKS = {
    "airflow: public.xcom.value": "update xcom set value = to_jsonb(%s::text) where key = 'return_value'",
    "airflow: public.dag_run.conf": "update dag_run set conf = jsonb_build_object('note', %s::text)",
    "airflow: public.log.extra": "update log set extra = %s::text",
    "airflow: public.connection.password": "update connection set password = %s::text where conn_id = 'mail'",
    "peoplegoal: sync.run.error_message": "update sync.run set error_message = %s::text",
    "peoplegoal: sync.notice.key": "update sync.notice set key = %s::text",
    "peoplegoal: sync.decision.over": "update sync.decision set over = %s::text",
}


@pytest.mark.parametrize("place", LEAKS)
def test_a_leak_into_a_table_is_found(left: Left, place: str) -> None:
    written = base64.b64encode(f"by Zoë {PERSON}".encode()).decode()
    database, allowed = place.partition(":")[0], AIRFLOW if place.startswith("airflow") else PEOPLEGOAL
    with left.server() as server:
        # The search has a connection of its own: what it shall see is copied into a database beside.
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database leaking template {database}")  # type: ignore[arg-type]
        try:
            with psycopg.connect(server.url("leaking")) as connection:
                changed = connection.execute(LEAKS[place], [written])  # type: ignore[arg-type]
                assert changed.rowcount > 0
            found = in_database(left.world.search, server, "leaking")
            named = {name.replace("leaking", database, 1): names for name, names in found.items()}
            assert set(left.wrong(named, allowed)) == {place}
        finally:
            server.drop_database("leaking")


def test_a_row_that_was_deleted_is_found_in_the_data_files(left: Left) -> None:
    with left.server() as server:
        server.create_database("leaking")
        try:
            with psycopg.connect(server.url("leaking"), autocommit=True) as connection:
                connection.execute("create table kept (said text)")
                connection.execute("insert into kept values (%s)", [f"password={CLIENT_SECRET}"])
                connection.execute("delete from kept")
            assert set(left.wrong(in_data_files(left.world.search, server), DATA)) >= {"data of leaking"}
        finally:
            server.drop_database("leaking")


def test_arguments_and_environments_of_processes_are_seen(left: Left) -> None:
    folder = left.world.setup.folder
    sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
    with Watch(left.world.search, folder) as watch:
        given: dict[str, Any] = {"ENTRA_SYNC_LOCAL": str(folder), "NOTE": f"{SECRET}-leaked"}
        with (
            subprocess.Popen([*sleeps, f"--person={PERSON}"]) as one,
            subprocess.Popen([*sleeps], env=given) as other,
        ):
            while not (watch.arguments and watch.variables):
                time.sleep(0.05)
            one.kill()
            other.kill()

    assert list(watch.arguments.values()) == [{"a planted person"}]
    assert {variable for _, variable in watch.variables} == {"NOTE"}
