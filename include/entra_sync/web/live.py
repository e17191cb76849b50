"""How far a sync is, for the browser to ask every few seconds."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from entra_sync.db import statement
from entra_sync.web.asked import DagRun
from entra_sync.web.auth import ViewerDep
from entra_sync.web.database import reading

router = APIRouter()


@router.get("/progress.json")
def progress(
    viewer: ViewerDep,
    account: Annotated[str, Query(max_length=100)],
    dag_run_id: DagRun | None = None,
) -> dict[str, Any]:
    """``{run}``: id, dag_run_id, status, requests to Graph, people seen, finished; null when there is none yet."""
    with reading() as connection:
        found = viewer.account(connection, account)
        values = {"account_id": found.id, "dag_run_id": dag_run_id}
        return {"run": connection.execute(statement("web/progress"), values).fetchone()}
