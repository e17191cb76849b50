"""Bodies of the DAG's tasks: Airflow's context and Connections in, the pipeline's functions called, references out.

Each is ``quiet``: Airflow logs what they raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from entra_sync import pipeline
from entra_sync.airflow.accounts import check_file, read_account
from entra_sync.airflow.assets import HELD, synced
from entra_sync.airflow.connections import database_url, entra_connection, store_uri
from entra_sync.airflow.notices import credential_of, leave_out, steps_of
from entra_sync.airflow.quiet import quiet
from entra_sync.errors import ConfigurationError
from entra_sync.issues import issue, issue_table
from entra_sync.store import Store

# Airflow's kind of run -> the sync history's. An approval starts a run by an operator.
RUN_TYPES = {"scheduled": "scheduled", "manual": "manual", "operator_triggered": "manual", "backfill": "backfill"}
# A night that began before midnight, or waited for a worker until the morning, is still its own day's.
LATE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a run is asked to do. ``replayed``: the day whose snapshot it takes; None: the one that is shown now."""

    run_type: str
    mode: str
    day: date
    replayed: date | None


@quiet("open")
def open_run(account_file: str, context: Any) -> int:
    """Open the run; see ``pipeline.open_run``. Skipped when quarantine leaves a scheduled night out."""
    from airflow.sdk.exceptions import AirflowSkipException

    check_file(account_file)
    ref = _ref(account_file, context)
    wanted = _wanted(ref, context)
    left_out = leave_out(ref.account, context) if wanted.run_type == "scheduled" else None
    if left_out is not None:
        raise AirflowSkipException(f"Left out: {left_out}.")
    return pipeline.open_run(
        ref,
        dag_id=context["dag_run"].dag_id,
        run_type=wanted.run_type,
        # What a reading will be is known when extract has looked at the snapshot before.
        mode="replay" if wanted.mode == "replay" else "full",
        dry_run=bool(context["params"]["dry_run"]),
        day=wanted.day,
    )


@quiet("extract")
def extract(account_file: str, context: Any) -> str:
    """Read the tenant, or take a stored snapshot; see ``pipeline.extract``."""
    ref = _ref(account_file, context)
    wanted = _wanted(ref, context)
    return pipeline.extract(ref, lambda: entra_connection(ref.account), mode=wanted.mode, day=wanted.replayed)


@quiet("validate")
def validate(account_file: str, snapshot_uri: str, context: Any) -> str:
    """Check the snapshot; see ``pipeline.validate``."""
    return pipeline.validate(_ref(account_file, context), snapshot_uri)


@quiet("transform")
def transform(account_file: str, snapshot_uri: str, checks_uri: str, context: Any) -> str:
    """Make the day's tables; see ``pipeline.transform``."""
    return pipeline.transform(_ref(account_file, context), snapshot_uri, checks_uri)


@quiet("load")
def load(account_file: str, snapshot_uri: str, checks_uri: str, curated_uri: str, context: Any) -> dict[str, Any]:
    """Load the day's tables; see ``pipeline.load``."""
    return pipeline.load(_ref(account_file, context), snapshot_uri, checks_uri, curated_uri)


@quiet("ask")
def ask(account_file: str, context: Any) -> None:
    """Send the asset event that starts ``entra_sync_decisions``, if this run put new questions; else be skipped."""
    from airflow.sdk.exceptions import AirflowSkipException

    ref = _ref(account_file, context)
    asked = pipeline.asked(ref)
    if not asked:
        raise AirflowSkipException("Nothing new waits for a decision.")
    context["outlet_events"][HELD].extra = {"account": ref.account.account, "decisions": asked}


@quiet("announce")
def announce(account_file: str, context: Any) -> None:
    """Send the account's asset event with the run's counts; be skipped when the run moved nothing forward."""
    from airflow.sdk.exceptions import AirflowSkipException

    ref = _ref(account_file, context)
    facts = pipeline.applied(ref)
    if facts is None:
        raise AirflowSkipException("A dry run, or an older night than the one that PeopleGoal shows.")
    context["outlet_events"][synced(ref.account.account)].extra = {"account": ref.account.account, **facts}


@quiet("close")
def close_run(account_file: str, context: Any) -> str:
    """Close the run, see ``pipeline.close_run``, and tell Airflow's metrics of it."""
    from entra_sync.airflow.metrics import report_run

    ref = _ref(account_file, context)
    status = pipeline.close_run(ref, noted=issue_table(_noted(ref, context)))
    report_run(ref.database_url, ref.account.account, ref.dag_run_id)
    return status


@quiet("close")
def close_ended(account_file: str, run: Any) -> str:
    """Close the run of a process that was ended; ``run``: Airflow's row of it, no step is left to ask."""
    return pipeline.close_run(_ref(account_file, {"dag_run": run}))


def _noted(ref: pipeline.RunRef, context: Any) -> Iterator[dict[str, str | None]]:
    """What a night in which Entra was read should say beside its findings: that the credential ends soon."""
    read = steps_of(context).get("extract") == "success" and _wanted(ref, context).mode != "replay"
    credential = credential_of(ref.account) if read else None
    now = datetime.now(UTC)
    if credential is not None and credential.due(now) is not None:
        left = max(credential.days_left(now), 0)
        message = (
            f"The {credential.what} of the connection {ref.account.connection_id} ends on {credential.ends:%Y-%m-%d}, "
            f"in {left} day{'' if left == 1 else 's'}."
        )
        yield issue("credential_ends", entity="run", message=message)


def _ref(account_file: str, context: Any) -> pipeline.RunRef:
    return pipeline.RunRef(
        account=read_account(account_file),
        dag_run_id=context["dag_run"].run_id,
        database_url=database_url(),
        store=Store.at(store_uri()),
    )


def _wanted(ref: pipeline.RunRef, context: Any) -> Wanted:
    """What the kind of run, its time and its parameters ask for. Raises ConfigurationError.

    The day is that of ``run_after``, because a manual run has no logical date. A backfill never reads Graph: that
    would write today's directory under an old date. Nor does a run that works long after its time, because it was
    cleared or Airflow was away, read for that day: its day is the one on which it reads.
    """
    run, params = context["dag_run"], context["params"]
    kind = getattr(run.run_type, "value", run.run_type)
    if kind not in RUN_TYPES:
        raise ConfigurationError(f"A run of the kind {kind!r} is not supported.", hint="Trigger the DAG instead.")
    own = run.run_after.astimezone(ZoneInfo(ref.account.timezone)).date()
    mode = "replay" if kind == "backfill" else params["mode"]
    asked = date.fromisoformat(params["date"]) if params.get("date") else None
    if asked and kind != "backfill" and mode != "replay":
        raise ConfigurationError("A date is for the mode replay only.", hint="Choose the mode replay, or no date.")
    replayed = own if kind == "backfill" else asked
    now = datetime.now(UTC)
    if mode != "replay" and now - run.run_after > LATE:
        own = max(own, now.astimezone(ZoneInfo(ref.account.timezone)).date())
    return Wanted(run_type=RUN_TYPES[kind], mode=mode, day=replayed or own, replayed=replayed)
