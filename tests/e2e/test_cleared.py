"""Single steps of a run are cleared in Airflow, at once or days later: nothing of another run or day gets into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from entra_sync import pipeline
from entra_sync.airflow import tasks
from entra_sync.db import connect
from entra_sync.errors import EntraSyncError, SnapshotError
from entra_sync.replay import of_day
from sandbox.faults import Fault
from tests.e2e.conftest import Nights

CONTOSO = "entra_sync_contoso"
NO_LIMITS = {"max_deactivations": None, "max_creations": None, "max_team_loss": None}


def opened(nights: Nights, **options: Any) -> pipeline.RunRef:
    """The run of this night, opened; once more it is its next attempt."""
    ref = nights.ref()
    wanted = {"run_type": "manual", "mode": "full", "dry_run": False, "day": nights.day} | options
    pipeline.open_run(ref, dag_id=CONTOSO, **wanted)
    return ref


def test_load_takes_no_tables_of_another_run_of_the_day(nights: Nights) -> None:
    nights.run()
    before = nights.everything()
    nights.nights += 1
    ref = opened(nights)
    snapshot = pipeline.extract(ref, nights.tenant.entra_connection)
    checks = pipeline.validate(ref, snapshot)
    curated = pipeline.transform(ref, snapshot, checks)
    pipeline.close_run(ref)
    nights.config = {"scope": {"filter": [{"attribute": "department", "in": ["Sales"]}]}, "guards": NO_LIMITS}
    nights.run(dry_run=True)

    with pytest.raises(SnapshotError, match="another snapshot"):
        pipeline.load(ref, snapshot, checks, curated)
    pipeline.close_run(ref)

    assert nights.everything() == before
    curated = pipeline.transform(ref, snapshot, checks)
    assert pipeline.load(ref, snapshot, checks, curated)["users_deactivated"] == 0


def test_a_run_that_is_cleared_days_later_reads_for_the_day_on_which_it_reads(nights: Nights) -> None:
    ref = nights.ref()
    now = datetime.now(UTC)

    def day_of(run_after: datetime, **params: Any) -> object:
        run = SimpleNamespace(run_type="scheduled", run_after=run_after, run_id="r", dag_id=CONTOSO)
        asked = {"mode": "auto", "date": None} | params
        return tasks._wanted(ref, {"dag_run": run, "params": asked}).day

    assert day_of(now) == now.date()
    assert day_of(now - timedelta(hours=11)) == (now - timedelta(hours=11)).date(), "late is still its own day"
    assert day_of(now - timedelta(days=5)) == datetime.now(UTC).date()
    assert day_of(now - timedelta(days=5), mode="replay") == (now - timedelta(days=5)).date()


def test_a_replay_whose_load_is_cleared_keeps_its_day(nights: Nights) -> None:
    """Airflow clears the setup, open_run, along with load, and not extract."""
    nights.run()
    read_on = nights.day
    nights.day += timedelta(days=1)
    nights.nights += 1
    ref = opened(nights, mode="replay")
    snapshot = pipeline.extract(ref, nights.tenant.entra_connection, mode="replay")
    checks = pipeline.validate(ref, snapshot)
    curated = pipeline.transform(ref, snapshot, checks)
    pipeline.load(ref, snapshot, checks, curated)
    pipeline.close_run(ref)

    opened(nights, mode="replay")
    assert pipeline.transform(ref, snapshot, checks) == curated
    pipeline.load(ref, snapshot, checks, curated)

    assert pipeline.close_run(ref) == "no_changes"
    run = nights.last_run()
    assert (run["attempt"], run["day"], run["snapshot_uri"]) == (2, read_on, snapshot)
    with connect(nights.url) as connection:
        known = pipeline.record.current_run(connection, "contoso", ref.dag_run_id)
        assert of_day(connection, known, "UTC", read_on).uri == snapshot


def test_a_step_that_was_cleared_and_failed_again_keeps_its_reason(nights: Nights) -> None:
    """Airflow's "only failed" clears no close_run, which had succeeded: the next night closes the attempt."""
    nights.run()
    nights.tenant.faults.add(Fault(path=r"^/users", status=400, body={"error": {"code": "Request_BadRequest"}}))
    with pytest.raises(EntraSyncError):
        nights.run(mode="full")
    with pytest.raises(EntraSyncError):
        pipeline.extract(nights.ref(), nights.tenant.entra_connection, mode="full")
    again = nights.last_run()
    assert (again["attempt"], again["status"], again["finished_at"]) == (2, "running", None)
    nights.tenant.faults.clear()
    with psycopg.connect(nights.url) as connection:
        connection.execute("update sync.lease set expires_at = now() - interval '1 second'")

    nights.run()

    (row,) = nights.rows("select * from sync.run where id = %s", again["id"])
    assert (row["status"], row["error_code"], row["error_step"]) == ("failed", "graph_error", "extract")
    assert "Request_BadRequest" in row["error_message"]
