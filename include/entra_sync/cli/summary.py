"""The summary at the end of a run, out of the sync history: every number opens into names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from entra_sync import record
from entra_sync.db import connect
from entra_sync.decisions import Decision, decisions

OUTCOMES = {
    "success": "success",
    "no_changes": "no_changes: PeopleGoal is what the directory says already",
    "partial": "partial: some of it was rejected or withheld, see below",
    "stale": "stale: a newer directory is loaded already, nothing was touched",
    "failed": "failed: nobody was changed",
    "running": "running",
    "held": "held: waits for a decision",
}
HELD = {"open": "waits for an answer", "expired": "nobody answered, which means no"}
USERS = ("created", "updated", "deactivated", "reactivated", "unchanged", "rejected", "held")
TEAMS = ("created", "updated", "archived", "unchanged")
MEMBERS = ("added", "removed")


def print_summary(database_url: str, account: str, dag_run_id: str) -> int:
    """Print the newest attempt of a run; 1 when it failed, else 0. Raises EntraSyncError when there is none."""
    with connect(database_url) as connection:
        run = record.run_summary(connection, account, dag_run_id)
        asked = decisions(connection, account=account, run_id=run["id"])
    print("\n".join(lines(run, asked)))
    return 1 if run["status"] == "failed" else 0


def lines(run: dict[str, Any], asked: Iterable[Decision] = ()) -> Iterator[str]:
    """The summary of one run (``record.run_summary``), line by line; ``asked``: the decisions about what it holds."""
    dry = ", dry run: nobody was changed" if run["dry_run"] else ""
    yield f"{run['account_name']}: {OUTCOMES[run['status']]}"
    reason = f": {run['mode_reason']}" if run["mode_reason"] else ""
    yield f"  run              {run['id']} ({run['mode']}{reason}{dry}), {_seconds(run):.1f} s"
    if run["status"] == "failed":
        yield from _failure(run)
    else:
        yield f"  users            {run['users_seen']:,} in the directory: {_counts(run, 'users', USERS)}"
        yield f"  teams            {_counts(run, 'teams', TEAMS)}"
        yield f"  members          {_counts(run, 'members', MEMBERS)}"
        yield f"  ready to invite  {run['ready_to_invite']:,}, {run['ready_to_invite_new']:,} of them by this run"
    for one in asked:
        yield f"  held             {one.what}: {HELD.get(one.status, one.status)}"
    if any(one.status == "open" for one in asked):
        answers = f"make decisions SHOW={run['id']} names them; APPROVE={run['id']} or REJECT={run['id']} answers"
        yield f"                   {answers}, as does Airflow (make up)"
    yield f"  problems         {run['errors']:,} errors, {run['warnings']:,} warnings"
    for group in run["issues"]:
        yield from _issue(group)
    if run["checks_uri"]:
        counts, page = run["checks"], f"{run['checks_uri']}/data_docs/index.html"
        yield f"  checks           {counts['asked']:,} asked, {counts['failed']:,} failed: {page}"
    yield from _next(run)


def _counts(run: dict[str, Any], what: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{run[f'{what}_{name}']:,} {name}" for name in names)


def _seconds(run: dict[str, Any]) -> float:
    finished: datetime = run["finished_at"] or datetime.now(UTC)
    seconds: float = (finished - run["started_at"]).total_seconds()
    return seconds


def _failure(run: dict[str, Any]) -> Iterator[str]:
    message = run["error_message"] or "ended before it was done; see the log of its tasks."
    yield f"  {run['error_step'] or 'run':<15}  {message}"


def _issue(group: dict[str, Any]) -> Iterator[str]:
    """One code: how often, whom, and what to do."""
    names = ", ".join(group["labels"])
    more = group["count"] - len(group["labels"])
    if names and more > 0:
        names += f" and {more:,} more"
    yield f"    {group['severity']:<8} {group['code']} ({group['count']:,}){': ' + names if names else ''}"
    if group["hint"]:
        yield f"             {group['hint']}"


def _next(run: dict[str, Any]) -> Iterator[str]:
    """Where to look next."""
    yield ""
    if run["issues"]:
        yield "  docs/issue_codes.md explains every code."
    yield f"  Who changed, and why: sync.change and sync.issue, run_id {run['id']}; `make psql` opens the database."
    yield "  `make up` shows the run in Airflow; `make day` lets a working day pass in the sandbox tenant."
