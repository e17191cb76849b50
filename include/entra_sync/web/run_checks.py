"""The checks that a run was held against, and their Data Docs."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from upath import UPath

from entra_sync.airflow.connections import store_uri
from entra_sync.codes import CODES
from entra_sync.db import statement
from entra_sync.store import Store
from entra_sync.web.asked import RunPath
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.database import reading
from entra_sync.web.render import page
from entra_sync.web.run_frame import find_run, frame

router = APIRouter()

DOCS = ("data_docs", "index.html")


@router.get("/runs/{run_id}/checks", response_class=HTMLResponse)
def checks(request: Request, viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """Every check that the run was held against; those that found something come first."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
        rows = connection.execute(statement("record/checks"), {"run_id": run_id}).fetchall()
    rows.sort(key=lambda row: row["ok"])
    docs = run["checks_uri"] is not None and _docs(account, run_id).exists()
    return page(request, "run_checks.html", **frame(run, account, "checks"), rows=rows, docs=docs, codes=CODES)


@router.get("/runs/{run_id}/docs", response_class=HTMLResponse)
def data_docs(viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """The run's Data Docs: one file of our own making, whose place follows from account and run alone."""
    with reading() as connection:
        _, account = find_run(connection, viewer, run_id)
    try:
        text = _docs(account, run_id).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HTTPException(404, "The Data Docs of this run are not kept.") from None
    # Its styles stand in the file itself; nothing in it may run.
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _docs(account: Account, run_id: int) -> UPath:
    return Store.at(store_uri()).checks(account.slug, run_id).joinpath(*DOCS)
