"""Whether the account's scope still means somebody: a renamed group must not make a whole company leave."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.groups import hidden, matching
from entra_sync.issues import issue
from entra_sync.scope import OUT_OF_SCOPE
from entra_sync.scope.groups import children, with_nested

Found = list[dict[str, str | None]]


def check_scope(groups: pa.Table, memberships: pa.Table, decisions: pd.DataFrame, account: AccountConfig) -> Found:
    """The issues; one that is an error blocks the run. An empty tenant does not: that is load's."""
    found = _group_entries(groups, memberships, account)
    if not decisions.empty and (decisions["state"] == OUT_OF_SCOPE).all():
        reasons = decisions["reason"].value_counts().sort_index()
        counts = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        message = f"None of {len(decisions)} users is in scope ({counts})."
        found.append(issue("scope_empty", entity="snapshot", message=message))
    return found


def _group_entries(groups: pa.Table, memberships: pa.Table, account: AccountConfig) -> Found:
    """Entries of ``scope.groups`` that mean no group, or one whose members were not read, or that has such a one in it.

    One of many is enough: whoever is in scope, or left out of it, by that group alone would leave, or come.
    """
    teams = account.teams.from_groups
    unread = set() if teams is not None and teams.hidden else hidden(groups)
    inside = children(memberships)
    found = []
    for key in ("include", "exclude"):
        for place, pattern in enumerate(getattr(account.scope.groups, key), start=1):
            meant = matching(groups, [pattern])
            field = f"scope.groups.{key}"
            if not meant:
                message = f"Entry {place} of {field} means no group of the tenant."
                found.append(issue("scope_group_missing", entity="snapshot", field=field, message=message))
            elif hidden_ones := with_nested(meant, inside) & unread:
                unread_are = "1 group" if len(hidden_ones) == 1 else f"{len(hidden_ones)} groups"
                message = (
                    f"Entry {place} of {field} means {unread_are} with hidden membership, not read: {min(hidden_ones)}."
                )
                found.append(issue("scope_group_hidden", entity="snapshot", field=field, message=message))
    return found
