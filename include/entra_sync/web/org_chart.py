"""An account's org chart, a level at a time: one small request for each manager that is opened."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from entra_sync.cli.explain_directory import DROPPED
from entra_sync.db import Connection, statement
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.database import Row, page_of, reading
from entra_sync.web.render import page

router = APIRouter()

LEVEL = 100
Slug = Annotated[str, Query(max_length=100)]
After = Annotated[int, Query(ge=0, le=2**63 - 1)]
UserPath = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/chart", response_class=HTMLResponse)
def chart(request: Request, viewer: ViewerDep, account: Slug | None = None) -> HTMLResponse:
    """Who has nobody above them: those who lead somebody, then those without manager and reports."""
    with reading() as connection:
        accounts = viewer.accounts(connection)
        chosen = viewer.account(connection, account) if account else (accounts[0] if accounts else None)
        levels = [_top(connection, chosen, leads=leads, after=0) if chosen else ([], False) for leads in (True, False)]
    return page(request, "chart.html", accounts=accounts, account=chosen, tops=levels[0], alone=levels[1])


@router.get("/chart/{account}/top", response_class=HTMLResponse)
def top(request: Request, viewer: ViewerDep, account: str, leads: bool, after: After = 0) -> HTMLResponse:
    """A part of the page: more of those who have nobody above them."""
    with reading() as connection:
        theirs = viewer.account(connection, account)
        people, more = _top(connection, theirs, leads=leads, after=after)
    address = f"chart/{account}/top?leads={str(leads).lower()}"
    return page(request, "chart_level.html", account=theirs, people=people, more=more, address=address)


@router.get("/chart/{account}/{user_id}", response_class=HTMLResponse)
def reports(request: Request, viewer: ViewerDep, account: str, user_id: UserPath, after: After = 0) -> HTMLResponse:
    """A part of the page: who reports to one person."""
    with reading() as connection:
        theirs = viewer.account(connection, account)
        people, more = page_of(
            connection, "web/chart_reports", size=LEVEL, account_id=theirs.id, manager_id=user_id, after=after
        )
        people = _marked(connection, theirs, people)
    address = f"chart/{account}/{user_id}?"
    return page(request, "chart_level.html", account=theirs, people=people, more=more, address=address)


def _top(connection: Connection, account: Account, *, leads: bool, after: int) -> tuple[list[Row], bool]:
    people, more = page_of(connection, "web/chart_top", size=LEVEL, account_id=account.id, leads=leads, after=after)
    return _marked(connection, account, people), more


def _marked(connection: Connection, account: Account, people: list[Row]) -> list[Row]:
    """With ``mark``: why the link to Entra's manager was not taken, if there is one."""
    ids = [one["entra_id"] for one in people if one["entra_id"]]
    found = connection.execute(statement("web/chart_marks"), {"account_id": account.id, "ids": ids})
    marks = {row["entra_id"]: DROPPED[row["code"]] for row in found if row["code"] in DROPPED}
    return [{**one, "mark": marks.get(one["entra_id"], "")} for one in people]
