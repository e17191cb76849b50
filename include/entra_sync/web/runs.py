"""One run: its numbers, its steps, and what became of the questions that it asks."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from entra_sync.codes import CODES
from entra_sync.db import statement
from entra_sync.decisions import decisions
from entra_sync.web.asked import DagRun, RunPath
from entra_sync.web.auth import ViewerDep
from entra_sync.web.database import reading
from entra_sync.web.render import page
from entra_sync.web.run_frame import find_run, frame
from entra_sync.web.views import VIEWS

router = APIRouter()


@router.get("/runs")
def newest_attempt(
    request: Request,
    viewer: ViewerDep,
    dag_id: Annotated[str, Query(max_length=250)],
    dag_run_id: DagRun,
) -> Response:
    """From Airflow's tab on a DAG run to the run's page."""
    with reading() as connection:
        account = viewer.account_of_dag(connection, dag_id)
        values = {"account_id": account.id, "dag_run_id": dag_run_id}
        found = connection.execute(statement("web/run_of"), values).fetchone()
    if found is None:
        return page(request, "waiting.html", account=account, dag_run_id=dag_run_id)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/runs/{found['id']}", status_code=303)


@router.get("/runs/{run_id}", response_class=HTMLResponse)
def summary(request: Request, viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """The run's numbers."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
        codes = connection.execute(statement("web/issue_codes"), {"run_id": run_id}).fetchall()
        checked = connection.execute(statement("record/check_counts"), {"run_id": run_id}).fetchone()
        asked = decisions(connection, account=account.slug, run_id=run_id)
    return page(
        request,
        "run_summary.html",
        **frame(run, account, "summary"),
        views=VIEWS,
        issues=codes,
        codes=CODES,
        checked=checked,
        decisions=[one for one in asked if one.status == "open"],
    )


@router.get("/runs/{run_id}/decisions.json")
def answers(viewer: ViewerDep, run_id: RunPath) -> dict[str, list[dict[str, Any]]]:
    """``{decisions}``: id, status, and ``next_run``, which began after the answer, for the browser to follow."""
    with reading() as connection:
        _, account = find_run(connection, viewer, run_id)
        ids = [one.id for one in decisions(connection, account=account.slug, run_id=run_id)]
        values = {"account_id": account.id, "ids": ids}
        return {"decisions": connection.execute(statement("web/answers"), values).fetchall()}


@router.get("/runs/{run_id}/steps", response_class=HTMLResponse)
def steps(request: Request, viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """The run's tasks: the browser asks Airflow for them, with the person's own rights."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
    return page(request, "run_steps.html", **frame(run, account, "steps"))
