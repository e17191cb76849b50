"""Run the empty DAG the way ``make sync`` runs the account's: the same server, the same child process."""

from __future__ import annotations

import sys

from entra_sync.local.child import spawn
from entra_sync.local.dag_run import Order
from entra_sync.local.locks import Use
from entra_sync.local.paths import project_root
from entra_sync.local.setup import connections, open_setup


def main() -> int:
    """Give the run's exit status."""
    setup = open_setup()
    setup.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(project_root() / "bench" / "dags")
    order = Order(
        dag_id="empty", account_file="", conf={"mode": "auto", "dry_run": False}, dag_file="bench/dags/empty.py"
    )
    use = Use(setup.local.file("airflow.users"))
    alone = use.try_alone()
    child = spawn(setup, order, log=setup.local.logs / "empty.log", alone=alone)
    with child, setup.server, connections(setup, ["contoso"]):
        child.go({})
        for _ in child.events():
            pass
        status = child.wait()
    use.leave()
    return status


if __name__ == "__main__":
    sys.exit(main())
