"""Links of the org chart that cannot be kept, one warning each. The person is synced all the same."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import wants_managers
from entra_sync.issues import issue
from entra_sync.org_chart import org_chart

SAYS = {
    "manager_missing": "The manager {manager} is not among the tenant's users.",
    "manager_not_a_user": "The manager {manager} is a contact, not a user.",
    "manager_out_of_scope": "The manager {manager} is disabled or out of scope.",
    "manager_rejected": "The row of the manager {manager} was rejected.",
    "manager_self": "The person is their own manager.",
    "manager_cycle": "The managers form a circle: {path}. The first link was left out.",
}
LONGEST_PATH = 20


def manager_issues(
    users: pa.Table, decisions: pd.DataFrame, states: pd.Series[str], account: AccountConfig
) -> list[dict[str, str | None]]:
    """One warning per dropped link, sorted by person; none when the account uses no managers."""
    if not wants_managers(account):
        return []
    dropped = org_chart(users, states).dropped
    labels = decisions.set_index("entra_id")["label"]
    labels = labels.astype(object).where(labels.notna(), None)
    return [
        issue(
            str(row.code),
            entity="user",
            entra_id=str(row.entra_id),
            label=labels[str(row.entra_id)],
            field="manager",
            message=SAYS[str(row.code)].format(manager=row.manager_id, path=_shortened(str(row.path))),
        )
        for row in dropped.itertuples(index=False)
    ]


def _shortened(path: str) -> str:
    ids = path.split(" -> ")
    if len(ids) <= LONGEST_PATH:
        return path
    half = LONGEST_PATH // 2
    left_out = f"({len(ids) - LONGEST_PATH} more)"
    return " -> ".join([*ids[:half], left_out, *ids[-half:]])
