"""What can go wrong with a call, at which stage, and what a night makes of it: the rows of docs/reliability.md."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from entra_sync.errors import EntraSyncError, GraphError
from entra_sync.extract import auth, client
from sandbox.day import a_working_day
from sandbox.faults import Fault
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, expected

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
EXPIRED = {"error": {"code": "Directory_ExpiredPageToken", "message": "The specified page token value has expired."}}
LOST = {"error": {"code": "syncStateNotFound", "message": "The sync state generation is not found."}}
OLD_LOST = {"error": {"code": "SyncStateNotFound", "message": "The sync state generation is not found."}}

# Longer than the time-out that the test sets.
SLOW_S, TIMEOUT_S = 3.0, 1.5

Make = Callable[[Nights], dict[str, Any]]


def soon() -> str:
    """An HTTP date, a second from now."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


FAULTS: dict[str, Make] = {
    "429, Retry-After in seconds": lambda _: {"status": 429, "headers": {"Retry-After": "1"}},
    "429, Retry-After with a fraction": lambda _: {"status": 429, "headers": {"Retry-After": "0.25"}},
    "429, Retry-After as a date": lambda _: {"status": 429, "headers": {"Retry-After": soon()}},
    "429 without Retry-After": lambda _: {"status": 429},
    "500": lambda _: {"status": 500},
    "502": lambda _: {"status": 502},
    "503": lambda _: {"status": 503},
    "504": lambda _: {"status": 504},
    "connection reset": lambda _: {"close": True},
    "no answer in time": lambda _: {"delay_s": SLOW_S},
    "truncated JSON": lambda _: {"status": 200, "raw": b'{"value": [{"id": "cut'},
    "a page of a proxy, no JSON": lambda _: {"status": 200, "raw": b"<html>gateway</html>"},
    "401, the token is refused": lambda _: {"status": 401},
    "403": lambda _: {"status": 403},
    "404": lambda _: {"status": 404},
    "400": lambda _: {"status": 400},
}
PAGED: dict[str, Make] = {
    "page token expired": lambda _: {"status": 400, "body": EXPIRED},
    "nextLink to a foreign host": lambda _: {"next_link": "https://graph.example.com/v1.0/users?$skiptoken=x"},
    "nextLink that repeats": lambda _: {"next_link": "{self}"},
    "an answer without a list": lambda _: {"status": 200, "body": {"error": None}},
}
DELTA: dict[str, Make] = {
    "400 syncStateNotFound": lambda _: {"status": 400, "body": LOST},
    "404 SyncStateNotFound": lambda _: {"status": 404, "body": OLD_LOST},
    "410 with Location": lambda n: {
        "status": 410,
        "headers": {"Location": f"{n.tenant.base_url}/users/delta?$deltatoken="},
    },
}


@dataclass(frozen=True)
class Stage:
    """One kind of call: its address, how the night has to run so that it comes, and what can happen to it."""

    name: str
    path: str
    mode: str
    faults: dict[str, Make]
    method: str = "GET"
    # The first calls that match go well.
    skip: int = 0
    settings: dict[str, Any] = field(default_factory=dict)


GUID = "[0-9a-f]{8}-[0-9a-f-]{27}"
SMALL = {"users_page": 20, "groups_page": 5, "members_page": 10}
STAGES = {
    stage.name: stage
    for stage in (
        Stage("token", "/oauth2/v2.0/token", "full", FAULTS, method="POST"),
        Stage("users page", r"^/users\?", "full", FAULTS | PAGED, skip=1, settings=SMALL),
        Stage("groups page", r"^/groups\?", "full", FAULTS | PAGED, skip=1, settings=SMALL),
        Stage("members, item of a batch", rf"^/groups/{GUID}/members", "full", FAULTS | PAGED, settings=SMALL),
        Stage("batch as a whole", r"^/\$batch", "full", FAULTS, method="POST", settings=SMALL),
        Stage("count of users", r"^/users/\$count", "full", FAULTS),
        Stage("users/delta page", r"^/users/delta", "auto", FAULTS | PAGED | DELTA, settings={"delta_page": 2}),
        Stage("groups/delta page", r"^/groups/delta", "auto", FAULTS | PAGED | DELTA, settings={"delta_page": 2}),
        Stage("user read again, item of a batch", rf"^/users/{GUID}\?", "auto", FAULTS),
        Stage("group read again, item of a batch", rf"^/groups/{GUID}\?", "auto", FAULTS),
    )
}


def try_fault(nights: Nights, stage: Stage, make: Make, times: int | None) -> str:
    """A day and a night with the fault; gives what became of it, every rule held against it.

    After a night that survived as if nothing had happened the next fault's night begins from it; after any other, one
    without the fault, which must end equal to the directory.
    """
    company = nights.tenant.company
    a_working_day(company)
    before, still = nights.everything(), wanted_here(nights)
    fault = nights.tenant.faults.add(
        Fault(path=stage.path, method=stage.method, skip=stage.skip, times=times, **make(nights))
    )
    try:
        status = nights.run(mode=stage.mode)
    except EntraSyncError as error:
        outcome = f"failed cleanly: {type(error).__name__}{f' {error.status}' if has_status(error) else ''}"
        assert nights.everything() == before, "a failed night changed somebody"
        assert nights.last_run()["status"] == "failed"
        assert nights.last_run()["error_message"]
    else:
        assert nights.tenant.faults.hits(fault), "the fault was never met"
        run = nights.last_run()
        codes = {issue["code"] for issue in nights.issues()}
        outcome = "survived"
        if "snapshot_incomplete" in codes:
            assert status == "partial"
            assert run["users_deactivated"] == 0
            outcome = "incomplete, updates only"
        elif run["mode"] != ("full" if stage.mode == "full" else "incremental"):
            outcome = f"survived by a full reading: {run['mode_reason'].partition(' ')[0]}"
        if outcome != "incomplete, updates only":
            assert actual(nights.url) == expected(company)
    gone = {user["entra_id"] for user in nights.rows(LEFT)}
    assert not gone & still & set(expected(company)["people"]), "somebody was deactivated wrongly"
    nights.tenant.faults.clear()
    nights.tenant.wait_until_idle()
    if outcome != "survived":
        healthy(nights)
    return outcome


def healthy(nights: Nights) -> None:
    """A night without a fault mends whatever there is to mend."""
    nights.run()
    assert actual(nights.url) == expected(nights.tenant.company), "the next night did not repair it"


LEFT = "select entra_id::text from peoplegoal.app_user where status = 'deactivated'"
HERE = "select entra_id::text from peoplegoal.app_user where status <> 'deactivated'"


def wanted_here(nights: Nights) -> set[str]:
    """People who are active today."""
    return {row["entra_id"] for row in nights.rows(HERE)}


def has_status(error: EntraSyncError) -> bool:
    """Whether Graph answered with an HTTP status."""
    return isinstance(error, GraphError) and bool(error.status)


def hold_against_the_page(nights: Nights, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Try every fault of a stage once and every time; the page must say what came of it."""
    stage = STAGES[name]
    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(TIMEOUT_S))
    monkeypatch.setattr(auth, "TIMEOUT_S", (TIMEOUT_S, TIMEOUT_S))
    for key, value in stage.settings.items():
        setattr(nights.tenant.settings, key, value)
    nights.run()
    rows = []
    for fault, make in stage.faults.items():
        once, always = (try_fault(nights, stage, make, times) for times in (1, None))
        rows.append((fault, once, always))
    healthy(nights)
    table = section(name, rows)
    if os.environ.get("RELIABILITY") == "write":
        write(name, table)
    assert written(name) == table


def section(stage: str, rows: list[tuple[str, str, str]]) -> str:
    """The table of one stage."""
    lines = [f"### {stage}", "", "| what happens | once | every time |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {fault} | {once} | {always} |" for fault, once, always in rows), ""])


def written(stage: str) -> str:
    """The table of that stage on the page, with its heading."""
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(f"### {stage}\n")
    end = text.find("\n### ", start + 1)
    rest = text.find("\n## ", start + 1)
    ends = [place for place in (end, rest) if place != -1]
    return text[start : min(ends) if ends else len(text)].rstrip() + "\n"


def write(stage: str, table: str) -> None:
    """Put the table of a stage in its place on the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(written(stage).rstrip(), table.rstrip()), encoding="utf-8")
