"""``history``: the latest runs, a line each."""

from __future__ import annotations

import json
from typing import Any

from entra_sync import record
from entra_sync.airflow.accounts import account_dags, accounts_folder, read_account
from entra_sync.cli.choice import migrated_url
from entra_sync.db import connect
from entra_sync.notify import in_quarantine

COLUMNS = {
    "id": "run",
    "account": "account",
    "started_at": "started (UTC)",
    "status": "status",
    "users_created": "created",
    "users_updated": "updated",
    "users_deactivated": "deactivated",
    "users_rejected": "rejected",
    "errors": "errors",
}


def print_history(*, account: str | None, limit: int, as_json: bool) -> int:
    """Print the newest runs first."""
    url = migrated_url()
    with connect(url) as connection:
        runs = record.history(connection, account, limit)
    apart = _quarantined(url, account)
    if as_json:
        print(json.dumps(runs, indent=2, default=str))
    elif runs:
        print(_table([[_cell(run[name]) for name in COLUMNS] for run in runs]))
    else:
        print("No run yet. `make sync` runs one.")
    if not as_json:
        for slug, reason in apart.items():
            print(f"{slug}: {reason}")
    return 0


def _quarantined(url: str, account: str | None) -> dict[str, str]:
    """Slug -> why, of the accounts whose scheduled nights are left out. A file that does not pass has no rule."""
    found = {}
    for entry in account_dags(accounts_folder()):
        if entry.problem or account not in (None, entry.account):
            continue
        apart = in_quarantine(url, entry.account, read_account(str(entry.path)).quarantine, entry.timezone)
        if apart is not None:
            found[entry.account] = apart.reason
    return found


def _cell(value: Any) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else str(value)


def _table(rows: list[list[str]]) -> str:
    lines = [list(COLUMNS.values()), *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)
