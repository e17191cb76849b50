"""Bodies of the DAG's tasks: Airflow's context and Connections in, the pipeline's functions called, references out."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from entra_sync import pipeline
from entra_sync.airflow.accounts import check_file, read_account
from entra_sync.airflow.connections import database_url, entra_connection, store_uri
from entra_sync.errors import ConfigurationError
from entra_sync.store import Store

# dag.test() and the scheduler know more kinds; the DAG allows these two.
RUN_TYPES = {"scheduled": "scheduled", "manual": "manual"}


def open_run(account_file: str, context: Any) -> int:
    """Open the run; see ``pipeline.open_run``."""
    check_file(account_file)
    run = context["dag_run"]
    kind = getattr(run.run_type, "value", run.run_type)
    if kind not in RUN_TYPES:
        raise ConfigurationError(f"A run of the kind {kind!r} is not supported.", hint="Trigger the DAG instead.")
    params = context["params"]
    return pipeline.open_run(
        _ref(account_file, context),
        dag_id=run.dag_id,
        run_type=RUN_TYPES[kind],
        # What it will be is known when extract has looked at the snapshot before.
        mode="full",
        dry_run=bool(params["dry_run"]),
    )


def extract(account_file: str, context: Any) -> str:
    """Read the tenant; see ``pipeline.extract``."""
    ref = _ref(account_file, context)
    return pipeline.extract(ref, lambda: entra_connection(ref.account), mode=context["params"]["mode"])


def validate(account_file: str, snapshot_uri: str, context: Any) -> str:
    """Check the snapshot; see ``pipeline.validate``."""
    return pipeline.validate(_ref(account_file, context), snapshot_uri)


def transform(account_file: str, snapshot_uri: str, checks_uri: str, context: Any) -> str:
    """Make the day's tables. The day is that of ``run_after``: a manual run has no logical date."""
    ref = _ref(account_file, context)
    date = context["dag_run"].run_after.astimezone(ZoneInfo(ref.account.timezone)).date().isoformat()
    return pipeline.transform(ref, snapshot_uri, checks_uri, date=date)


def load(account_file: str, snapshot_uri: str, checks_uri: str, curated_uri: str, context: Any) -> dict[str, Any]:
    """Load the day's tables; see ``pipeline.load``."""
    return pipeline.load(_ref(account_file, context), snapshot_uri, checks_uri, curated_uri)


def close_run(account_file: str, context: Any) -> str:
    """Close the run; see ``pipeline.close_run``."""
    return pipeline.close_run(_ref(account_file, context))


def _ref(account_file: str, context: Any) -> pipeline.RunRef:
    return pipeline.RunRef(
        account=read_account(account_file),
        dag_run_id=context["dag_run"].run_id,
        database_url=database_url(),
        store=Store.at(store_uri()),
    )
