"""What all tabs of a run have in common: the run, for those who may see it, and what stands around a tab."""

from urllib.parse import quote

from fastapi import HTTPException

from entra_sync.db import Connection, statement
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.database import Row


def find_run(connection: Connection, viewer: ViewerDep, run_id: int) -> tuple[Row, Account]:
    """A run and its account, if the person may see it. Raises 404 or 403."""
    run = connection.execute(statement("record/run"), {"run_id": run_id}).fetchone()
    if run is None:
        raise HTTPException(404, f"There is no run {run_id}.")
    return run, viewer.account(connection, run["account"])


def frame(run: Row, account: Account, tab: str) -> Row:
    """What every tab shows around itself."""
    return {"run": run, "account": account, "tab": tab, "dag_run": quote(run["dag_run_id"], safe="")}
