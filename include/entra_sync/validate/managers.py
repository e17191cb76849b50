"""Links of the org chart that cannot be kept, one warning each. The person is synced all the same."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import wants_managers
from entra_sync.issues import issue
from entra_sync.org_chart import REPLACED, org_chart

SAYS = {
    "manager_missing": "The manager {manager} is not among the tenant's users.",
    "manager_not_a_user": "The manager {manager} is a contact, not a user.",
    "manager_out_of_scope": "The manager {manager} is out of scope.",
    "manager_disabled": "The account of the manager {manager} is disabled.",
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
    dropped = org_chart(users, states, fallback=account.chart_fallback).dropped
    known = decisions[decisions["entra_id"].isin(dropped["entra_id"])]
    labels = dict(zip(_plain(known["entra_id"]), _plain(known["label"]), strict=True))
    columns = (_plain(dropped[name]) for name in ("entra_id", "manager_id", "code", "path", "instead"))
    return [
        issue(
            code,
            entity="user",
            entra_id=entra_id,
            label=labels[entra_id],
            field="manager",
            message=SAYS[code].format(manager=manager_id, path=_shortened(path)) + _instead(code, instead, account),
        )
        for entra_id, manager_id, code, path, instead in zip(*columns, strict=True)
    ]


def _instead(code: str, instead: str, account: AccountConfig) -> str:
    """Who stands in for the manager, when the account asks for somebody."""
    if account.chart_fallback == "none" or code not in REPLACED:
        return ""
    return f" {instead} further up was taken instead." if instead else " Nobody further up could be taken instead."


def _plain(column: pd.Series[str]) -> list[Any]:
    """A column as Python's own texts and None."""
    texts: list[Any] = pa.array(column, pa.string(), from_pandas=True).to_pylist()
    return texts


def _shortened(path: str) -> str:
    ids = path.split(" -> ")
    if len(ids) <= LONGEST_PATH:
        return path
    half = LONGEST_PATH // 2
    left_out = f"({len(ids) - LONGEST_PATH} more)"
    return " -> ".join([*ids[:half], left_out, *ids[-half:]])
