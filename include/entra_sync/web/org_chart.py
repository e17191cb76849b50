"""An account's org chart: a picture that opens level by level, and the same as a list, which needs no script.

The picture asks for JSON, a level at a time; the list is links from one level to the next.
"""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from entra_sync.airflow.connections import store_uri
from entra_sync.db import Connection
from entra_sync.store import Store
from entra_sync.web.asked import AfterId, SearchDep, Slug
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.chart_levels import Kind, Level, heads, reports_of, way_to
from entra_sync.web.database import reading
from entra_sync.web.directory import find_people
from entra_sync.web.render import page

router = APIRouter()

FOUND = 20
PARTS: dict[Kind, tuple[str, str]] = {
    "top": ("Top of the chart", ""),
    "alone": (
        "Without a manager and without reports",
        "Entra names no manager for them, or one that could not be taken.",
    ),
    "left": (
        "Managers who have left",
        "Their reports keep them until the directory names somebody else.",
    ),
}
UserId = Annotated[int, Query(ge=1, le=2**63 - 1)]
UserPath = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/chart", response_class=HTMLResponse)
def picture(
    request: Request, viewer: ViewerDep, account: Slug | None = None, person: UUID | None = None
) -> HTMLResponse:
    """The picture with its top; ``person``: it opens down to them."""
    with reading() as connection:
        accounts, chosen = viewer.chosen(connection, account)
        first = heads(connection, chosen, "top") if chosen else None
        is_empty = not (first and first.people) and not _has_others(connection, chosen)
    return page(
        request,
        "chart.html",
        accounts=accounts,
        account=chosen,
        person=person,
        first=json.dumps(_parts(first)) if first else "",
        is_empty=is_empty,
    )


@router.get("/chart/list", response_class=HTMLResponse)
def listed(
    request: Request,
    viewer: ViewerDep,
    account: Slug,
    under: UserId | None = None,
    kind: Kind | None = None,
    after: AfterId = 0,
) -> HTMLResponse:
    """One level as a list: who reports to the user ``under``, or who has nobody above, of one kind or of each."""
    with reading() as connection:
        accounts = viewer.accounts(connection)
        theirs = viewer.account(connection, account)
        way = way_to(connection, theirs, user_id=under)[1] if under else []
        levels: dict[Kind | None, Level] = (
            {None: reports_of(connection, theirs, under, after=after)}
            if under
            else {one: heads(connection, theirs, one, after=after) for one in ([kind] if kind else PARTS)}
        )
    return page(
        request,
        "chart_list.html",
        accounts=accounts,
        account=theirs,
        way=way,
        under=under,
        levels=levels,
        parts_of=PARTS,
    )


@router.get("/chart/{account}/top.json")
def top(viewer: ViewerDep, account: str, kind: Kind, after: AfterId = 0) -> dict[str, Any]:
    """More of those who have nobody above: ``{people, after}``."""
    with reading() as connection:
        return _parts(heads(connection, viewer.account(connection, account), kind, after=after))


@router.get("/chart/{account}/{user_id}/reports.json")
def reports(viewer: ViewerDep, account: str, user_id: UserPath, after: AfterId = 0) -> dict[str, Any]:
    """Who reports to one person: ``{people, after}``."""
    with reading() as connection:
        return _parts(reports_of(connection, viewer.account(connection, account), user_id, after=after))


@router.get("/chart/{account}/{person}/way.json")
def way(viewer: ViewerDep, account: str, person: UUID) -> dict[str, Any]:
    """``{kind, way}``: the people from the top down to one of them, as ``way_to`` gives them."""
    with reading() as connection:
        kind, people = way_to(connection, viewer.account(connection, account), entra_id=person)
    return {"kind": kind, "way": people}


@router.post("/chart/{account}/find.json")
def find(viewer: ViewerDep, account: str, search: SearchDep) -> dict[str, Any]:
    """``{people, more}``: who is meant, also those who are not in the chart."""
    with reading() as connection:
        slug = viewer.account(connection, account).slug
    found = find_people(Store.at(store_uri()), slug, search or "", limit=FOUND + 1)
    return {"people": [vars(one) for one in found[:FOUND]], "more": len(found) > FOUND}


def _has_others(connection: Connection, account: Account | None) -> bool:
    kinds: tuple[Kind, ...] = ("alone", "left")
    return account is not None and any(heads(connection, account, kind).people for kind in kinds)


def _parts(level: Level) -> dict[str, Any]:
    return {"people": level.people, "after": level.after}
