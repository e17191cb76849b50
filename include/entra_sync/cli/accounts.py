"""``accounts check``: every account file, held against what is allowed."""

from __future__ import annotations

import json

from entra_sync.airflow.accounts import account_dags, accounts_folder
from entra_sync.errors import ConfigurationError


def check_accounts(*, as_json: bool) -> int:
    """Print one line per account file; 1 when one of them does not pass."""
    folder = accounts_folder()
    entries = account_dags(folder)
    if not entries:
        raise ConfigurationError(f"There is no account file in {folder}.", hint="Add one: see docs/account-file.md.")
    if as_json:
        rows = [
            {"file": e.path.name, "account": e.account, "ok": e.problem is None, "problem": e.problem} for e in entries
        ]
        print(json.dumps(rows, indent=2))
    else:
        for entry in entries:
            print(
                f"ok    {entry.path.name}: {entry.dag_id}, {entry.schedule} {entry.timezone}"
                if not entry.problem
                else f"WRONG {entry.problem}"
            )
    return 1 if any(entry.problem for entry in entries) else 0
