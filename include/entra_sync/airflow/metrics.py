"""What a sync tells Airflow's metrics: OpenTelemetry or StatsD, whichever Airflow is set up for, and nothing without.

Names and numbers only. docs/observability.md lists them; ``METRICS`` holds the same names.
"""

from __future__ import annotations

import time
from typing import Any

from airflow.sdk.observability.stats import Stats

from entra_sync import record
from entra_sync.db import connect

# Metric -> the columns of sync.run that it shows, each under a tag `what` when there are several.
COUNTS = {
    "entra_sync.users": (
        "users_seen",
        "users_created",
        "users_updated",
        "users_reactivated",
        "users_deactivated",
        "users_unchanged",
        "users_held",
        "users_rejected",
    ),
    "entra_sync.teams": ("teams_created", "teams_updated", "teams_archived", "teams_unchanged"),
    "entra_sync.members": ("members_added", "members_removed"),
    "entra_sync.issues": ("errors", "warnings"),
    "entra_sync.graph": ("requests", "resource_units", "throttled"),
}
METRICS = (
    "entra_sync.runs",
    "entra_sync.run_seconds",
    *COUNTS,
    "entra_sync.last_good_at",
    "entra_sync.last_good_age",
    "entra_sync.decisions_open",
)


def report_run(database_url: str, account: str, dag_run_id: str) -> None:
    """Tell of a closed run: a counter by status, its duration in seconds, its counts as gauges, the account's health.

    A dry run counts as a run; its counts tell of a plan, and are left out.
    """
    with connect(database_url) as connection:
        row = record.run_summary(connection, account, dag_run_id)
        health = record.health(connection, account)
    tags = {"account": account}
    Stats.incr("entra_sync.runs", tags=tags | {"status": row["status"], "mode": row["mode"]})
    Stats.gauge("entra_sync.run_seconds", (row["finished_at"] - row["started_at"]).total_seconds(), tags=tags)
    if not row["dry_run"]:
        for metric, columns in COUNTS.items():
            for column in columns:
                what = column.removeprefix(metric.removeprefix("entra_sync.") + "_")
                Stats.gauge(metric, row[column], tags=tags | {"what": what})
    _report(health)


def report_health(database_url: str) -> None:
    """Tell of every account when its applied state was read (Unix time, and age in seconds), and what waits."""
    with connect(database_url) as connection:
        _report(record.health(connection))


def _report(health: list[dict[str, Any]]) -> None:
    for row in health:
        tags = {"account": row["account"]}
        if row["last_good_at"] is not None:
            read_at = float(row["last_good_at"])
            Stats.gauge("entra_sync.last_good_at", read_at, tags=tags)
            Stats.gauge("entra_sync.last_good_age", time.time() - read_at, tags=tags)
        Stats.gauge("entra_sync.decisions_open", row["decisions_open"], tags=tags)
