"""One night in a process of its own, which may be killed: ``python -m tests.soak.night``, what to do as JSON on stdin.

It names each step when it begins, and ends with a line of JSON: the run's status, or the error's class, and the peak.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from functools import partial
from typing import Any

from entra_sync import pipeline
from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import EntraConnection, read_connection
from entra_sync.errors import EntraSyncError
from entra_sync.extract.retry import RetryPolicy
from entra_sync.store import Store

# Waits are short: that they are kept is another test's business.
pipeline.extract_tenant = partial(pipeline.extract_tenant, retry=RetryPolicy(attempts=2, base_s=0.01, longest_s=0.02))  # type: ignore[assignment]


def sync(ref: pipeline.RunRef, given: dict[str, Any]) -> str:
    """The steps in the DAG's order; ``again``: of a run that is open already."""

    def sign_in() -> EntraConnection:
        parts = given["connection"]
        return read_connection("entra", login=parts["login"], password=parts["password"], extra=parts["extra"])

    def begins(step: str) -> None:
        print(f"step {step}", flush=True)

    day = date.fromisoformat(given["day"])
    replayed = date.fromisoformat(given["replayed"]) if given["replayed"] else None
    begins("open_run")
    if not given["again"]:
        pipeline.open_run(ref, dag_id=ref.account.dag_id, run_type="manual", mode="full", dry_run=False, day=day)
    try:
        begins("extract")
        snapshot = pipeline.extract(ref, sign_in, mode=given["mode"], day=replayed)
        begins("validate")
        checks = pipeline.validate(ref, snapshot)
        begins("transform")
        curated = pipeline.transform(ref, snapshot, checks)
        begins("load")
        pipeline.load(ref, snapshot, checks, curated)
    finally:
        begins("close_run")
        status = pipeline.close_run(ref)
    return status


def main() -> int:
    """Do what is asked, and say what came of it."""
    given = json.loads(sys.stdin.read())
    ref = pipeline.RunRef(
        account=AccountConfig.model_validate(given["account"]),
        dag_run_id=given["run"],
        database_url=given["database"],
        store=Store.at(given["store"]),
    )
    try:
        said = {"status": sync(ref, given)}
    except EntraSyncError as error:
        said = {"status": "failed", "error": type(error).__name__}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(said | {"peak_mib": round(peak)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
