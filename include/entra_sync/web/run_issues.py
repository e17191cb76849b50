"""What a run found, by code, with whom it is about."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from entra_sync.codes import CODES
from entra_sync.db import statement
from entra_sync.web.asked import After, Code, RunPath, SearchDep
from entra_sync.web.auth import ViewerDep
from entra_sync.web.csv_file import csv_response
from entra_sync.web.database import STEP, page_of, reading
from entra_sync.web.render import page
from entra_sync.web.run_frame import find_run, frame
from entra_sync.web.views import like

router = APIRouter()

ISSUE_COLUMNS = ("severity", "code", "name", "object id", "field", "message", "hint")


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
        **frame(run, account, "issues"),
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
