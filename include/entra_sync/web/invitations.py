"""Who waits for an invitation: new, or back. Marking them as invited is PeopleGoal's."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from entra_sync.db import statement
from entra_sync.web.asked import AfterId, Slug
from entra_sync.web.auth import ViewerDep
from entra_sync.web.csv_file import csv_response
from entra_sync.web.database import STEP, Row, page_of, reading
from entra_sync.web.render import page

router = APIRouter()

COLUMNS = ("email", "first_name", "last_name", "display_name", "job_title", "department", "manager", "entra_id")


@router.get("/invitations", response_class=HTMLResponse)
def listed(request: Request, viewer: ViewerDep, account: Slug | None = None, after: AfterId = 0) -> HTMLResponse:
    """An account's people who are ready to invite, those first who were there first."""
    with reading() as connection:
        accounts, chosen = viewer.chosen(connection, account)
        key: Row = {"account_id": chosen.id if chosen else None}
        rows, more = page_of(connection, "web/to_invite", after=after, **key)
        counted = connection.execute(statement("web/waiting_count"), key).fetchone()
    return page(
        request,
        "invitations.html",
        accounts=accounts,
        account=chosen,
        rows=rows,
        after=rows[-1]["id"] if more else None,
        first=after == 0,
        total=counted["people"] if counted else 0,
    )


@router.get("/invitations.csv")
def export(viewer: ViewerDep, account: Slug) -> StreamingResponse:
    """All of them."""
    with reading() as connection:
        key: Row = {"account_id": viewer.account(connection, account).id}

    def rows() -> Iterator[list[object]]:
        after, more = 0, True
        with reading() as connection:
            while more:
                found, more = page_of(connection, "web/to_invite", size=STEP, after=after, **key)
                for row in found:
                    after = row["id"]
                    yield [row[name] for name in COLUMNS]

    return csv_response(f"ready-to-invite-{account}.csv", COLUMNS, rows())
