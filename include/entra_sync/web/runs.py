"""One run: its numbers, and for each the names behind it; what was found, held and checked; its steps.

A search is posted, so that the name that is looked for stands in no URL and in no access log.
"""

from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from upath import UPath

from entra_sync.airflow.connections import store_uri
from entra_sync.codes import CODES
from entra_sync.db import Connection, statement
from entra_sync.decisions import decisions
from entra_sync.store import Store
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.csv_file import csv_response
from entra_sync.web.database import STEP, Row, page_of, reading
from entra_sync.web.render import page
from entra_sync.web.views import VIEWS, View, changes, find_view, like

router = APIRouter()

RunPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
ListTab = Literal["users", "teams", "held"]
Key = Annotated[str, Query(max_length=20, pattern=r"^[a-z]+$")]
Code = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9_]+$")]
DOCS = ("data_docs", "index.html")
CHANGE_COLUMNS = ("name", "object id", "what", "state", "note", "field", "old", "new")
ISSUE_COLUMNS = ("severity", "code", "name", "object id", "field", "message", "hint")


async def searched(request: Request) -> str | None:
    """What a posted form looks for; None on a plain visit."""
    if request.method != "POST":
        return None
    value = (await request.form()).get("search", "")
    return value.strip()[:200] if isinstance(value, str) else None


SearchDep = Annotated[str | None, Depends(searched)]


@router.get("/runs")
def newest_attempt(
    request: Request,
    viewer: ViewerDep,
    dag_id: Annotated[str, Query(max_length=250)],
    dag_run_id: Annotated[str, Query(max_length=250)],
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
        waiting = decisions(connection, account=account.slug, run_id=run_id)
    return page(
        request,
        "run_summary.html",
        **_frame(run, account, "summary"),
        views=VIEWS,
        issues=codes,
        codes=CODES,
        checked=checked,
        decisions=waiting,
    )


@router.get("/runs/{run_id}/issues", response_class=HTMLResponse)
@router.post("/runs/{run_id}/issues", response_class=HTMLResponse)
def issues(
    request: Request,
    viewer: ViewerDep,
    run_id: RunPath,
    search: SearchDep,
    code: Code | None = None,
    after: After = 0,
) -> HTMLResponse:
    """What was found, by code; the people of one code, who open from it."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
        groups = connection.execute(statement("web/issue_codes"), {"run_id": run_id}).fetchall()
        wanted = code or (groups[0]["code"] if groups else "")
        rows, more = page_of(connection, "web/issues", run_id=run_id, code=wanted, after=after, pattern=like(search))
    return page(
        request,
        "run_issues.html",
        **_frame(run, account, "issues"),
        groups=groups,
        code=wanted,
        codes=CODES,
        rows=rows,
        after=rows[-1]["seq"] if more else None,
        first=after == 0,
        search=search or "",
    )


@router.get("/runs/{run_id}/issues.csv")
@router.post("/runs/{run_id}/issues.csv")
def export_issues(viewer: ViewerDep, run_id: RunPath, search: SearchDep, code: Code) -> StreamingResponse:
    """The issues of one code, all of them."""
    with reading() as connection:
        find_run(connection, viewer, run_id)

    def rows() -> Iterator[tuple[object, ...]]:
        after, more = 0, True
        with reading() as connection:
            while more:
                found, more = page_of(
                    connection, "web/issues", size=STEP, run_id=run_id, code=code, after=after, pattern=like(search)
                )
                for row in found:
                    after = row["seq"]
                    person = (row["label"], row["entra_id"])
                    yield (row["severity"], row["code"], *person, row["field"], row["message"], row["hint"])

    return csv_response(f"run-{run_id}-{code}.csv", ISSUE_COLUMNS, rows())


@router.get("/runs/{run_id}/checks", response_class=HTMLResponse)
def checks(request: Request, viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """Every check that the run was held against; those that found something come first."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
        rows = connection.execute(statement("record/checks"), {"run_id": run_id}).fetchall()
    rows.sort(key=lambda row: row["ok"])
    docs = run["checks_uri"] is not None and _docs(account, run_id).exists()
    return page(request, "run_checks.html", **_frame(run, account, "checks"), rows=rows, docs=docs, codes=CODES)


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


@router.get("/runs/{run_id}/steps", response_class=HTMLResponse)
def steps(request: Request, viewer: ViewerDep, run_id: RunPath) -> HTMLResponse:
    """The run's tasks: the browser asks Airflow for them, with the person's own rights."""
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
    return page(request, "run_steps.html", **_frame(run, account, "steps"))


# Below the routes with names of their own: {tab} takes what is left.
@router.get("/runs/{run_id}/{tab}.csv")
@router.post("/runs/{run_id}/{tab}.csv")
def export(viewer: ViewerDep, run_id: RunPath, tab: ListTab, search: SearchDep, show: Key = "all") -> StreamingResponse:
    """The names of a list, all of them: one line per field that changed."""
    view = _view(tab, show)
    with reading() as connection:
        run, _ = find_run(connection, viewer, run_id)

    def rows() -> Iterator[tuple[object, ...]]:
        after, more = 0, True
        with reading() as connection:
            while more:
                found, more = changes(connection, run, view, after=after, search=search, size=STEP)
                for row in found:
                    after = row["seq"]
                    head = (row["label"], row["entra_id"], row["what"], row["state"], row["note"])
                    for difference in row["diff"] or [("", "", "")]:
                        yield (*head, *difference)

    return csv_response(f"run-{run_id}-{tab}-{show}.csv", CHANGE_COLUMNS, rows())


@router.get("/runs/{run_id}/{tab}", response_class=HTMLResponse)
@router.post("/runs/{run_id}/{tab}", response_class=HTMLResponse)
def listed(
    request: Request,
    viewer: ViewerDep,
    run_id: RunPath,
    tab: ListTab,
    search: SearchDep,
    show: Key = "all",
    after: After = 0,
) -> HTMLResponse:
    """Users, teams or what is held: old and new of each."""
    view = _view(tab, show)
    with reading() as connection:
        run, account = find_run(connection, viewer, run_id)
        rows, more = changes(connection, run, view, after=after, search=search)
        asked = decisions(connection, account=account.slug, run_id=run_id) if tab == "held" else []
    return page(
        request,
        "run_list.html",
        **_frame(run, account, tab),
        views=VIEWS[tab],
        view=view,
        rows=rows,
        after=rows[-1]["seq"] if more else None,
        first=after == 0,
        search=search or "",
        decisions=asked,
    )


def find_run(connection: Connection, viewer: ViewerDep, run_id: int) -> tuple[Row, Account]:
    """A run and its account, if the person may see it. Raises 404 or 403."""
    run = connection.execute(statement("record/run"), {"run_id": run_id}).fetchone()
    if run is None:
        raise HTTPException(404, f"There is no run {run_id}.")
    return run, viewer.account(connection, run["account"])


def _view(tab: str, key: str) -> View:
    view = find_view(tab, "held" if tab == "held" else key)
    if view is None:
        raise HTTPException(404, "There is no such list.")
    return view


def _frame(run: Row, account: Account, tab: str) -> Row:
    """What every tab shows around itself."""
    return {"run": run, "account": account, "tab": tab, "dag_run": quote(run["dag_run_id"], safe="")}


def _docs(account: Account, run_id: int) -> UPath:
    return Store.at(store_uri()).checks(account.slug, run_id).joinpath(*DOCS)
