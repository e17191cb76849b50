"""One step of one run in a process of its own, so that its CPU time and its peak memory are its own.

python -m bench.step STEP ARGUMENTS-AS-JSON    prints one JSON line
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bench.child import measured
from entra_sync import pipeline
from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import read_connection
from entra_sync.store import Store

ACCOUNT = AccountConfig(account="contoso", name="Contoso Ltd")


def reference(given: dict[str, Any]) -> pipeline.RunRef:
    """The run that all steps of one measurement belong to."""
    return pipeline.RunRef(
        account=ACCOUNT,
        dag_run_id=given["run"],
        database_url=given["database"],
        store=Store.at(given["store"]),
    )


def run(step: str, given: dict[str, Any]) -> Any:
    """Call one step with what the steps before it gave."""
    ref = reference(given)
    steps: dict[str, Callable[[], Any]] = {
        "open_run": lambda: pipeline.open_run(
            ref, dag_id=ACCOUNT.dag_id, run_type="manual", mode="full", dry_run=False
        ),
        "extract": lambda: pipeline.extract(ref, lambda: sign_in(given["connection"]), mode=given.get("mode", "auto")),
        "validate": lambda: pipeline.validate(ref, given["extract"]),
        "transform": lambda: pipeline.transform(ref, given["extract"], given["validate"]),
        "load": lambda: pipeline.load(ref, given["extract"], given["validate"], given["transform"]),
        "close_run": lambda: pipeline.close_run(ref),
    }
    return steps[step]()


def sign_in(parts: dict[str, Any]) -> Any:
    """The typed connection of the sandbox."""
    return read_connection("entra_contoso", login=parts["login"], password=parts["password"], extra=parts["extra"])


def main() -> int:
    """Measure one step."""
    step, given = sys.argv[1], json.loads(sys.stdin.read())
    # Includes what the step imports when it is first called, as in a task.
    result, cost = measured(lambda: run(step, given))
    print(json.dumps({"result": result, **asdict(cost)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
