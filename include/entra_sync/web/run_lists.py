"""The names behind a run's numbers: users, teams, and what a limit withheld."""

from collections.abc import Iterator

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from entra_sync.decisions import decisions
from entra_sync.web.asked import After, Key, ListTab, RunPath, SearchDep
from entra_sync.web.auth import ViewerDep
from entra_sync.web.csv_file import csv_response
from entra_sync.web.database import STEP, reading
from entra_sync.web.render import page
from entra_sync.web.run_frame import find_run, frame
from entra_sync.web.views import VIEWS, View, changes, find_view

# {tab} takes what is left: included below the routers whose parts of a run have names of their own.
router = APIRouter()

CHANGE_COLUMNS = ("name", "object id", "what", "state", "note", "field", "old", "new")


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
    may_decide = any(one.status == "open" for one in asked) and viewer.may_decide()
    return page(
        request,
        "run_list.html",
        **frame(run, account, tab),
        views=VIEWS[tab],
        view=view,
        rows=rows,
        after=rows[-1]["seq"] if more else None,
        first=after == 0,
        search=search or "",
        decisions=asked,
        may_decide=may_decide,
    )


def _view(tab: str, key: str) -> View:
    view = find_view(tab, "held" if tab == "held" else key)
    if view is None:
        raise HTTPException(404, "There is no such list.")
    return view
