"""One midnight: accounts are written, become due at one minute, and are followed until all of them have ended."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from bench.midnight.accounts import Account
from bench.midnight.graph import company
from bench.midnight.recorded import Night, Request, Sample, Step
from bench.midnight.topology import Midnight
from tests.deploy.running_topology import running_topology
from tests.e2e.oracle import expected

KNOWN = """
select count(*) as known from dag
where dag_id like 'entra\\_sync\\_customer-%' and not is_stale and next_dagrun_create_after is not null
"""
STATES = "select state, count(*) as number from dag_run where dag_id like %(dags)s group by state"
STEPS = """
select t.dag_id, t.task_id, t.state, t.pool, t.try_number, t.external_executor_id as celery,
  extract(epoch from t.queued_dttm)::float as queued, extract(epoch from t.start_date)::float as started,
  extract(epoch from t.end_date)::float as ended, extract(epoch from r.run_after)::float as due, r.state as run_state
from task_instance as t join dag_run as r on r.dag_id = t.dag_id and r.run_id = t.run_id
where t.dag_id like %(dags)s
"""
# A load is a transaction that has made the tables that it stages in.
SESSIONS = """
select count(*) as sessions, count(*) filter (where pid in
  (select l.pid from pg_locks as l where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock')) as loads
from pg_stat_activity where datname = 'peoplegoal' and application_name = 'entra-sync'
"""
LOOKS = 4
RUNS = """
select a.slug, r.status, (select count(*) from peoplegoal.app_user as u
  where u.account_id = a.id and u.status <> 'deactivated') as people
from sync.run as r join peoplegoal.account as a on a.id = r.account_id
"""


class NotInTime(RuntimeError):
    """The minute came before Airflow knew all accounts."""


def live(
    accounts: list[Account],
    *,
    workers: int,
    concurrency: int,
    extract_slots: int,
    load_slots: int,
    latency_s: float,
    told: bool,
    spread_minutes: int,
    lead_s: float,
    empty: int,
    more: Mapping[str, str],
) -> Night:
    """One night from an empty database on. Raises NotInTime, AssertionError when it did not end as it must."""
    environ = {
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(concurrency),
        "ENTRA_SYNC_EXTRACT_SLOTS": str(extract_slots),
        "ENTRA_SYNC_LOAD_SLOTS": str(load_slots),
        "ENTRA_SYNC_SPREAD_MINUTES": str(spread_minutes),
        "BENCH_EMPTY_ACCOUNTS": str(empty),
        **more,
    }
    with running_topology(Midnight, workers=workers, more=environ, accounts=accounts, latency_s=latency_s) as topology:
        say("everything runs")
        facts: dict[str, Any] = {"told": told, "spread_minutes": spread_minutes, "latency_s": latency_s}
        facts["more"] = dict(more)
        due = datetime.now(UTC) + timedelta(seconds=lead_s + 60)
        due = due.replace(second=0, microsecond=0)
        facts["known_s"] = _make_known(topology, due, told=told)
        say(f"all accounts known after {facts['known_s']:.0f} s; they are due at {due:%H:%M} UTC")
        before = topology.cpu_s()
        samples = _follow(topology, due, len(accounts))
        facts["cpu_s"] = {name: seconds - before[name] for name, seconds in topology.cpu_s().items()}
        say("all accounts have ended")
        facts["empty"] = _nothing(topology, empty) if empty else None
        requests = topology.end_tenants()
        slots = {"workers": workers * concurrency, "entra_sync_extract": extract_slots, "entra_sync_load": load_slots}
        night = _collected(topology, due.timestamp(), slots, requests, samples, facts)
        _check(topology, accounts)
        return night


def say(text: str) -> None:
    """A line with the time, while it lasts."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def _make_known(topology: Midnight, due: datetime, *, told: bool) -> float:
    """Write the account files; seconds until Airflow has a DAG with a next start for each."""
    began = time.monotonic()
    topology.write_accounts(due, told=told)
    while ask(topology, "airflow", KNOWN)[0]["known"] < len(topology.accounts):
        if datetime.now(UTC) > due:
            raise NotInTime("Airflow does not know all accounts yet. Give it longer: --lead-s.")
        time.sleep(0.5)
    return time.monotonic() - began


def _follow(topology: Midnight, due: datetime, number: int) -> list[Sample]:
    """Look until every account's run has ended: a sample each second, with the most of its looks at the database."""
    samples, told, ended = [], 0.0, 0
    psutil.cpu_percent()
    with psycopg.connect(topology.server.url("peoplegoal"), row_factory=dict_row, autocommit=True) as connection:
        while ended < number:
            looks = []
            for _ in range(LOOKS):
                time.sleep(1 / LOOKS)
                looks += connection.execute(SESSIONS).fetchall()
            most = {name: max(look[name] for look in looks) for name in ("sessions", "loads")}
            at = time.time() - due.timestamp()
            samples.append(Sample(at=at, cpu=psutil.cpu_percent() / 100, load_average=os.getloadavg()[0], **most))
            states = _states(topology, "entra_sync_customer-%")
            ended = states["success"] + states["failed"]
            if at - told >= 60:
                told = at
                say(f"{at / 60:5.1f} min  " + ", ".join(f"{count} {state}" for state, count in sorted(states.items())))
    return samples


def _nothing(topology: Midnight, number: int) -> dict[str, float]:
    """As many steps that do nothing: how long all of it takes, and what a step holds its slot for."""
    with topology.airflow() as airflow:
        began = time.time()
        for place in range(number):
            airflow.trigger(f"empty_{place:03}")
        while sum(_states(topology, "empty_%")[state] for state in ("success", "failed")) < number:
            time.sleep(0.5)
    steps = ask(topology, "airflow", STEPS, dags="empty_%")
    held = topology.held_slots()
    seconds = [held[step["celery"]] for step in steps if step["celery"] in held]
    return {
        "accounts": number,
        "steps": len(steps),
        "makespan_s": max(step["ended"] for step in steps) - began,
        "slot_s": sum(seconds) / len(seconds),
    }


def _states(topology: Midnight, dags: str) -> Counter[str]:
    return Counter({row["state"]: row["number"] for row in ask(topology, "airflow", STATES, dags=dags)})


def _collected(
    topology: Midnight,
    due: float,
    slots: dict[str, int],
    requests: list[tuple[str, float, float]],
    samples: list[Sample],
    facts: dict[str, Any],
) -> Night:
    rows = ask(topology, "airflow", STEPS, dags="entra_sync_customer-%")
    held, steps, dues = topology.held_slots(), [], {}
    first = min(row["due"] for row in rows)
    for row in rows:
        assert row["run_state"] == "success", row
        account = row["dag_id"].removeprefix("entra_sync_")
        dues[account] = row["due"] - first
        steps.append(
            Step(
                account=account,
                name=row["task_id"],
                pool=row["pool"],
                queued=row["queued"] - first,
                started=row["started"] - first,
                ended=row["ended"] - first,
                # A step that Airflow lost and tried again has no such line of its last try alone.
                slot_s=held.get(row["celery"], row["ended"] - row["started"]),
                tries=row["try_number"],
            )
        )
    return Night(
        people={account.slug: account.people for account in topology.accounts},
        due=dues,
        slots=slots,
        steps=steps,
        requests=[
            Request(account=account, begun=begun - first, ended=ended - first) for account, begun, ended in requests
        ],
        samples=[Sample(**{**vars(one), "at": one.at + due - first}) for one in samples],
        facts=facts | {"first_due": datetime.fromtimestamp(first, UTC).isoformat()},
    )


def _check(topology: Midnight, accounts: list[Account]) -> None:
    """Every account had one run that ended well, and has exactly its tenant's people."""
    rows = ask(topology, "peoplegoal", RUNS)
    runs = Counter(row["slug"] for row in rows)
    found = {row["slug"]: row for row in rows}
    people = {size: len(expected(company(size))["people"]) for size in {account.people for account in accounts}}
    for account in accounts:
        assert runs[account.slug] == 1, f"{account.slug}: {runs[account.slug]} runs"
        row = found[account.slug]
        assert row["status"] in ("success", "no_changes"), f"{account.slug}: {row['status']}"
        assert row["people"] == people[account.people], f"{account.slug}: {row['people']} of {people[account.people]}"


def ask(topology: Midnight, database: str, query: str, **values: Any) -> list[dict[str, Any]]:
    """Ask one of the databases, as the server's owner."""
    with psycopg.connect(topology.server.url(database), row_factory=dict_row) as connection:
        return connection.execute(query, values or None).fetchall()
