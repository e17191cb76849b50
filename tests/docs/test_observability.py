"""The dashboard and the guide name exactly the metrics that are told."""

from __future__ import annotations

import json
import re
from pathlib import Path

from entra_sync.airflow.metrics import COUNTS, METRICS

ROOT = Path(__file__).parents[2]


def test_the_guide_lists_every_metric() -> None:
    text = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(entra_sync\.\w+)`", text, re.MULTILINE)

    assert sorted(listed) == sorted(METRICS)
    for metric, columns in COUNTS.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{metric}`")]
        prefix = metric.removeprefix("entra_sync.") + "_"
        assert re.findall(r"`(\w+)`", line) == [column.removeprefix(prefix) for column in columns]


def test_the_dashboard_asks_for_metrics_that_are_told() -> None:
    board = json.loads((ROOT / "deploy/grafana/entra_sync.json").read_text(encoding="utf-8"))
    asked = {
        name.removesuffix("_total")
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"airflow_entra_sync_\w+", target["expr"])
    }

    told = {f"airflow_{metric.replace('.', '_')}" for metric in METRICS}
    assert asked <= told
    # The age is drawn from the time, which stays right when nothing is told any more.
    assert told - asked == {"airflow_entra_sync_last_good_age"}
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(set(places)) == len(places)
