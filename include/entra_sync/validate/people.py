"""The people in scope as the checks take them: their rows, and the value of every mapped field.

Rows of people who are out of scope or disabled are nobody's business: a leaver leaves with a bad row as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.mapping.rows import Column, usable
from entra_sync.mapping.values import Values, field_values
from entra_sync.scope import IN_SCOPE


@dataclass(frozen=True, kw_only=True)
class People:
    """All row by row, sorted by id. users: rows of the snapshot; emails: as PeopleGoal gets them; fields: by name,
    the manager as an object id."""

    users: pa.Table
    ids: Column
    labels: Column
    emails: Column
    fields: dict[str, Values]

    def __len__(self) -> int:
        return len(self.ids)


def people_in_scope(users: pa.Table, decisions: pd.DataFrame, account: AccountConfig) -> People:
    """Make the values of everybody whom ``decisions`` (scope's, on these users) has in scope."""
    inside = (decisions["state"] == IN_SCOPE).to_numpy(dtype=bool)
    rows = usable(users).filter(pa.array(inside)).combine_chunks()
    decided = decisions[inside]
    return People(
        users=rows,
        ids=rows["id"].combine_chunks(),
        labels=pa.array(decided["label"], pa.string(), from_pandas=True),
        emails=pa.array(decided["email"], pa.string(), from_pandas=True),
        fields={name: _values(rows, name, account) for name in account.mapping},
    )


def _values(rows: pa.Table, name: str, account: AccountConfig) -> Values:
    if name == "manager":
        ids = rows["manager_id"].combine_chunks()
        return Values(values=ids, text=ids, unreadable=pa.repeat(pa.scalar(False), len(ids)))
    return field_values(rows, name, account.mapping[name])
