"""Nights of three customers in which everything happens, and what must be true after each of them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from entra_sync.decisions import answer
from entra_sync.errors import EntraSyncError
from entra_sync.forget import find_person, forget
from entra_sync.local.postgres import Postgres
from entra_sync.retention import sweep
from entra_sync.store import Store
from entra_sync.undo import undo_run
from sandbox.day import a_working_day
from tests.e2e.oracle import actual, expected
from tests.forget.conftest import in_database, in_store
from tests.soak.customer import RETENTION, STEPS, Customer

BEGIN = date(2026, 11, 1)
APPLIED = ("success", "no_changes", "partial", "held")
# How often each thing happens, of a hundred nights.
EVENTS = {
    "healthy": 34,
    "fault": 18,
    "killed": 14,
    "database killed": 6,
    "configuration": 8,
    "replay": 8,
    "accident": 6,
    "undo": 6,
    "forgotten": 5,
}
FAULTS = (
    *("flaky", "page-expires", "half-missing", "count-differs", "foreign-link", "loop", "delta-lost"),
    *("secret-expired", "permission-lost", "groups-forbidden", "down"),
)
CONFIGURATIONS: tuple[dict[str, Any], ...] = (
    {"mapping": {"custom.office": "officeLocation"}},
    {"teams": {"nested": False}},
    {"manager_fallback": "nearest"},
    {"leavers": {"disabled": "ignore"}},
    {"guards": {"grace_days": 2}},
)
OFF = {"guards": {"max_deactivations": None, "max_creations": None, "max_team_loss": None}}


@dataclass(kw_only=True)
class Told:
    """A line of the table: one night of one customer."""

    night: int
    customer: str
    event: str
    status: str
    seconds: float
    peak_mib: int
    store_mb: float


@dataclass
class Story:
    """``told``: a line for each night; ``answers``: decisions by what was answered; ``counters``: of each run as it
    ended; ``swept`` and ``forgotten``: runs without names, and people."""

    server: Postgres
    database: str
    store: Path
    customers: list[Customer]
    rng: random.Random
    told: list[Told] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=lambda: {"approved": 0, "rejected": 0})
    counters: dict[int, dict[str, Any]] = field(default_factory=dict)
    swept: int = 0
    forgotten: int = 0

    def live(self, nights: int, say: Callable[[Told], None]) -> None:
        """Let so many nights pass for every customer."""
        for number in range(1, nights + 1):
            day = BEGIN + timedelta(days=number)
            for customer in self.rng.sample(self.customers, len(self.customers)):
                event = self.rng.choices(list(EVENTS), list(EVENTS.values()))[0] if number > 1 else "healthy"
                started = time.monotonic()
                self.answer(customer, day)
                status, peak = self.night(customer, event, day)
                self.maintain(customer, day)
                line = Told(
                    night=number,
                    customer=customer.slug,
                    event=event,
                    status=status,
                    seconds=round(time.monotonic() - started, 1),
                    peak_mib=peak,
                    store_mb=round(self.store_bytes() / 1e6, 1),
                )
                self.told.append(line)
                say(line)
                self.check_counters(customer)

    def night(self, customer: Customer, event: str, day: date) -> tuple[str, int]:
        """One night with its event; the run's status in the end, and the peak memory of its process."""
        if self.rng.random() < 0.8:
            a_working_day(customer.tenant.company)
        before, wanted = customer.active(), customer.wanted()
        default = not customer.config
        state = customer.everything()
        if event == "configuration":
            customer.config = dict(self.rng.choice(CONFIGURATIONS))
            default = False
        if event == "accident":
            if self.rng.random() < 0.5:
                customer.disable(0.4, self.rng)
            else:
                customer.enable()
            default = False
        if event == "fault":
            customer.tenant.scenario(self.rng.choice(FAULTS))
        said = self._run(customer, event, day)
        if event == "fault":
            customer.tenant.wait_until_idle()
            customer.tenant.scenario("healthy")
        status = str(said["status"])
        assert status in (*APPLIED, "failed", "stale"), (event, said)
        if status in ("failed", "stale"):
            assert customer.everything() == state, "a run that failed has changed somebody"
        elif default and event != "undo":
            lost = (before & wanted) - customer.active()
            assert not lost, f"{len(lost)} people whom the directory wants have left"
        return status, int(said.get("peak_mib", 0))

    def _run(self, customer: Customer, event: str, day: date) -> dict[str, Any]:
        if event == "replay" and (days := self.days_read(customer)):
            return customer.night(day, mode="replay", replayed=self.rng.choice(days))
        if event == "undo":
            return self.undo(customer) or customer.night(day)
        if event == "forgotten":
            said = customer.night(day)
            self.forget(customer)
            return said
        if event in ("killed", "database killed"):
            step = self.rng.choice(STEPS)
            strike = self.kill_the_process if event == "killed" else self.kill_the_server
            said = customer.night(day, strike=(step, self.rng.random() * 0.3, strike))
            self.wait_for_the_server()
            if "error" not in said and said["status"] in (*APPLIED, "stale"):
                return said  # it was done before it was struck
            # Airflow either tries the task again, or gives the run up; the next run begins anew.
            if self.rng.random() < 0.5 and self.is_open(customer):
                return customer.night(day, again=True)
            if customer.runs() and self.is_open(customer):
                customer.close()
            return customer.night(day)
        return customer.night(day)

    def kill_the_process(self, child: subprocess.Popen[str]) -> None:
        """As the kernel does when memory runs out."""
        child.send_signal(signal.SIGKILL)

    def kill_the_server(self, child: subprocess.Popen[str]) -> None:
        """PostgreSQL with all that it does."""
        number = self.server.pid()
        assert number is not None
        os.kill(number, signal.SIGKILL)

    def wait_for_the_server(self) -> None:
        """Start it again if it was killed, and wait until nobody of a killed process works in it."""
        while True:
            if self.server.pid() is None:
                with Postgres(self.server.folder, settings=self.server.settings):
                    pass
            try:
                with psycopg.connect(self.database, autocommit=True) as connection:
                    others = connection.execute(
                        "select count(*) from pg_stat_activity where application_name = 'entra-sync'"
                    ).fetchone()
            except psycopg.OperationalError:  # it recovers
                others = (1,)
            if others == (0,):
                return
            time.sleep(0.05)

    def is_open(self, customer: Customer) -> bool:
        """Whether the newest run's row is there and not closed; its data may be applied already."""
        rows = customer.rows(
            "select r.finished_at from sync.run r join peoplegoal.account a on a.id = r.account_id"
            " where a.slug = %s and r.dag_run_id = %s order by r.id desc limit 1",
            f"{customer.slug}-{customer.nights}",
        )
        return bool(rows) and rows[0]["finished_at"] is None

    def undo(self, customer: Customer) -> dict[str, Any] | None:
        """Take the newest run that did something back; None when there is none."""
        done = [run for run in customer.runs() if run["status"] in APPLIED and run["undoes"] is None]
        if not done:
            return None
        try:
            found = undo_run(self.database, int(done[-1]["id"]))
        except EntraSyncError:
            return None
        return {"status": found.counters.status}

    def forget(self, customer: Customer) -> None:
        """Somebody who has left wants to be forgotten, and nothing of them is anywhere."""
        left = customer.left()
        if not left:
            return
        person = find_person(self.database, customer.slug, self.rng.choice(left))
        forget(self.database, Store.at(str(self.store)), person, by="soak")
        self.forgotten += 1
        assert customer.left(person.entra_id) == []
        if person.email:
            where = [*in_database(self.database, person.email), *in_store(self.store, person.email)]
            assert where == [], (customer.slug, where)

    def maintain(self, customer: Customer, day: date) -> None:
        """The evening's sweep: nobody in PeopleGoal is touched, and of what is older only what is shown stays."""
        customer.date_runs(day)
        self.check_counters(customer)
        before = customer.everything()
        evening = datetime.combine(day, datetime.max.time(), UTC)
        self.swept += sweep(self.database, Store.at(str(self.store)), customer.account(), now=evening).runs
        assert customer.everything() == before, "the sweep has changed somebody"
        begin = evening - timedelta(days=RETENTION["snapshots_days"])
        old = [run["id"] for run in customer.runs() if run["started_at"] < begin]
        kept = [run for run in old if (self.store / "landing" / customer.slug / str(run)).exists()]
        # The newest, the newest complete, and the one that is shown.
        assert len(kept) <= 3, f"{len(kept)} old snapshots are kept"

    def answer(self, customer: Customer, day: date) -> None:
        """Somebody answers what waits, or nobody does; what is approved is applied by a replay, as in Airflow."""
        for decision in customer.open_decisions():
            chance = self.rng.random()
            if chance < 0.6:
                answer(self.database, decision, approve=chance < 0.4, by="soak")
                self.answers["approved" if chance < 0.4 else "rejected"] += 1
                if chance < 0.4:
                    assert customer.night(day, mode="replay")["status"] in APPLIED

    def days_read(self, customer: Customer) -> list[date]:
        """Days of which a snapshot is stored."""
        runs = [run for run in customer.runs() if run["snapshot_uri"] and run["mode"] != "replay"]
        return sorted({run["day"] for run in runs if (Path(run["snapshot_uri"]) / "manifest.json").exists()})

    def check_counters(self, customer: Customer) -> None:
        """Every counter equals its rows, or what it was when they were swept, and no run is open."""
        for run in customer.runs():
            assert run["status"] != "running", run["id"]
            counters = {name: run["run"][name] for name in run["counted"]}
            if run["swept_at"] is None:
                self.counters[run["id"]] = run["counted"]
            assert counters == self.counters[run["id"]], run["id"]

    def store_bytes(self) -> int:
        """Size of all files of the store."""
        return sum(file.stat().st_size for file in self.store.rglob("*") if file.is_file())

    def end(self) -> dict[str, Any]:
        """All is well again: every database equals its directory, another night writes nothing, no file is nobody's."""
        day = max(BEGIN + timedelta(days=line.night) for line in self.told) + timedelta(days=1)
        for customer in self.customers:
            customer.enable()
            customer.config = dict(OFF)
            status = customer.night(day, mode="full")["status"]
            assert status in ("success", "partial", "no_changes"), status
            is_there, wanted = actual(self.database, customer.slug), expected(customer.tenant.company)
            assert is_there == wanted, f"{customer.slug}: {different(is_there, wanted)}"
            assert customer.night(day)["status"] == "no_changes", customer.slug
            self.maintain(customer, day)
            self.check_counters(customer)
            assert (
                customer.rows(
                    "select l.* from sync.lease l join peoplegoal.account a on a.id = l.account_id where a.slug = %s"
                )
                == []
            )
            assert self.orphans(customer) == [], customer.slug
        return {
            "nights": len(self.told),
            "runs": sum(len(customer.runs()) for customer in self.customers),
            "answers": self.answers,
            "swept": self.swept,
            "forgotten": self.forgotten,
            "lines": [asdict(line) for line in self.told],
        }

    def orphans(self, customer: Customer) -> list[str]:
        """Snapshots and findings that belong to no run, and runs not swept yet whose files are not whole."""
        known = {str(run["id"]) for run in customer.runs()}
        folders = [*self.store.glob(f"landing/{customer.slug}/*"), *self.store.glob(f"checks/{customer.slug}/*")]
        found = [str(folder) for folder in folders if folder.name not in known]
        runs = customer.runs()
        begin = max(run["started_at"] for run in runs) - timedelta(days=RETENTION["snapshots_days"] - 1)
        for run in runs:
            read = run["mode"] != "replay" and run["undoes"] is None
            if read and run["status"] in APPLIED and run["started_at"] >= begin:
                folder = Path(run["snapshot_uri"])
                found += [] if (folder / "manifest.json").exists() else [str(folder)]
        return found


def different(one: dict[str, Any], other: dict[str, Any]) -> str:
    """By part, how many entries differ, and the first of them."""
    said = []
    for part, entries in one.items():
        theirs = other[part]
        if isinstance(entries, dict):
            keys = [key for key in {*entries, *theirs} if entries.get(key) != theirs.get(key)]
            said += [f"{part} {len(keys)}: {key}: {_apart(entries.get(key), theirs.get(key))}" for key in keys[:1]]
        elif entries != theirs:
            said.append(f"{part}: only here {sorted(entries - theirs)[:3]}, only there {sorted(theirs - entries)[:3]}")
    return "; ".join(said)


def _apart(one: Any, other: Any) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        return str(
            {name: (one.get(name), other.get(name)) for name in {*one, *other} if one.get(name) != other.get(name)}
        )
    return ascii((one, other))
