"""The home page: every run that the person may see, and what the nights brought."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from entra_sync.db import Connection, statement
from entra_sync.decisions import decisions
from entra_sync.web.asked import Slug
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.charts import headcount_chart, nights_chart
from entra_sync.web.csv_file import csv_response
from entra_sync.web.database import Row, every_row, page_of, reading
from entra_sync.web.render import page
from entra_sync.web.trouble import troubles

router = APIRouter()

NIGHTS, HEADCOUNT_DAYS = 30, 90
COUNTS = (
    "users_created",
    "users_updated",
    "users_reactivated",
    "users_deactivated",
    "users_held",
    "users_rejected",
    "teams_created",
    "teams_updated",
    "teams_archived",
    "members_added",
    "members_removed",
    "errors",
    "warnings",
)
COLUMNS = ("run", "account", "status", "started (UTC)", "finished (UTC)", "type", "mode", "dry_run", *COUNTS)

Status = Literal["running", "success", "no_changes", "partial", "held", "stale", "failed"]
RunId = Annotated[int, Query(ge=1, le=2**63 - 1)]


@router.get("/", response_class=HTMLResponse)
def home(
    request: Request,
    viewer: ViewerDep,
    account: Slug | None = None,
    dag_id: Slug | None = None,
    status: Status | Literal[""] | None = None,
    since: date | Literal[""] | None = None,
    until: date | Literal[""] | None = None,
    before: RunId | None = None,
) -> HTMLResponse:
    """The runs, newest first, and the charts. ``dag_id``: as Airflow's tab on a DAG names the account."""
    with reading() as connection:
        accounts = viewer.accounts(connection)
        chosen = viewer.account(connection, account) if account else None
        if dag_id and not account:
            chosen = viewer.account_of_dag(connection, dag_id)
        shown = [chosen] if chosen else accounts
        ids, zone = _ids(shown), _zone(shown)
        wanted: Row = {"status": status or None, **_days(zone, since or None, until or None)}
        runs, more = page_of(connection, "web/runs", account_ids=ids, before=before, **wanted)
        charts = _charts(connection, ids, zone) if before is None else ()
        slugs = {one.slug for one in shown}
        waiting = [one for one in decisions(connection, waiting=True) if one.account in slugs]
        troubled = troubles(connection, shown)
    return page(
        request,
        "history.html",
        accounts=accounts,
        chosen=chosen,
        by_id={one.id: one for one in accounts},
        runs=runs,
        older=runs[-1]["id"] if more else None,
        newest=before is None,
        filters={"account": chosen.slug if chosen else "", "status": status or "", "since": since, "until": until},
        filtered=bool(status or since or until),
        charts=charts,
        waiting=waiting,
        troubled=troubled,
        zones={one.slug: one.zone for one in accounts},
        may_run=[one for one in accounts if one.may_run],
    )


@router.get("/runs.csv")
def export(
    viewer: ViewerDep,
    account: Slug | None = None,
    status: Status | Literal[""] | None = None,
    since: date | Literal[""] | None = None,
    until: date | Literal[""] | None = None,
) -> StreamingResponse:
    """The runs of the same filters, all of them."""
    with reading() as connection:
        accounts = viewer.accounts(connection)
        shown = [viewer.account(connection, account)] if account else accounts
    wanted: Row = {"status": status or None, **_days(_zone(shown), since or None, until or None)}
    slugs = {one.id: one.slug for one in accounts}

    def rows() -> Iterator[list[object]]:
        # By pages, each page would look for a page of every account.
        with reading() as connection:
            ids = _ids(shown)
            for run in every_row(connection, "web/runs", account_ids=ids, before=None, **wanted):
                yield _cells(run, slugs[run["account_id"]])

    return csv_response("sync-history.csv", COLUMNS, rows())


def _cells(run: Row, slug: str) -> list[object]:
    moments: list[datetime | None] = [run["started_at"], run["finished_at"]]
    times = [moment and f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for moment in moments]
    kind = [run["run_type"], run["mode"], run["dry_run"]]
    return [run["id"], slug, run["status"], *times, *kind, *(run[name] for name in COUNTS)]


def _ids(shown: list[Account]) -> list[int]:
    return [one.id for one in shown if one.id is not None]


def _zone(shown: list[Account]) -> ZoneInfo:
    """The account's; of several accounts the one that they share, else UTC."""
    zones = {one.zone.key for one in shown}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else ZoneInfo("UTC")


def _days(zone: ZoneInfo, since: date | None, until: date | None) -> dict[str, datetime | None]:
    """Both days whole, in the zone."""
    return {
        "since": datetime.combine(since, time(), zone) if since else None,
        "until": datetime.combine(until + timedelta(days=1), time(), zone) if until and until < date.max else None,
    }


def _charts(connection: Connection, ids: list[int], zone: ZoneInfo) -> tuple[object, ...]:
    """Of the last days up to today in the zone."""
    today = datetime.now(zone).date()
    first = datetime.combine(today - timedelta(days=NIGHTS - 1), time(), zone)
    values = {"account_ids": ids, "zone": zone.key, "since": first}
    nights = connection.execute(statement("web/nights"), values).fetchall()
    since = today - timedelta(days=HEADCOUNT_DAYS - 1)
    people = connection.execute(statement("web/headcount"), {"account_ids": ids, "since": since}).fetchall()
    return (
        nights_chart(nights, today, days=NIGHTS),
        headcount_chart(people, today, days=HEADCOUNT_DAYS),
    )
