"""Profiles of the accepted persons, and the list of everybody with the state that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig, Field_
from entra_sync.config.fields import PROFILE_COLUMNS
from entra_sync.scope import IN_SCOPE, REJECTED
from entra_sync.scope.fields import Column, date_values, emails, is_date, text_values, usable

PERSON_SCHEMA = pa.schema([(name, pa.string()) for name in ("entra_id", "email", "label", "state", "reason")])

NO_LINKS = pd.DataFrame({"entra_id": pd.Series(dtype="str"), "manager_id": pd.Series(dtype="str")})

CUSTOM = "custom."


def profile_table(users: pa.Table, states: pd.Series[str], links: pd.DataFrame, account: AccountConfig) -> pa.Table:
    """One row per person in state in_scope, with only the columns that the mapping names."""
    accepted = usable(users).filter(pa.array((states == IN_SCOPE).to_numpy(dtype=bool))).combine_chunks()
    ids = accepted["id"].combine_chunks()
    columns: dict[str, Column] = {"entra_id": ids, "email": emails(accepted, account)}
    for name in PROFILE_COLUMNS:
        field = account.mapping.get(name)
        if name == "manager" and field is not None:
            manager_of = dict(zip(links["entra_id"].tolist(), links["manager_id"].tolist(), strict=True))
            columns["manager_entra_id"] = pa.array([manager_of.get(person) for person in ids.to_pylist()], pa.string())
        elif name == "hire_date" and field is not None:
            columns[name] = date_values(accepted, field)[0]
        elif field is not None:
            columns[name] = _text(accepted, name, field)
    columns["custom_fields"] = _custom_fields(accepted, account)
    return pa.table(columns)


def person_table(decisions: pd.DataFrame, states: pd.Series[str], rejected: Mapping[str, str]) -> pa.Table:
    """One row per user with a usable id; the reason of a rejected one is the code of their first error."""
    bad = states == REJECTED
    reason = decisions["reason"].copy()
    reason[bad] = [rejected[one] for one in decisions.loc[bad, "entra_id"]]
    rows = decisions.assign(state=states, reason=reason)
    columns = [pa.array(rows[name], pa.string(), from_pandas=True) for name in PERSON_SCHEMA.names]
    return pa.Table.from_arrays(columns, schema=PERSON_SCHEMA)


def _text(users: pa.Table, name: str, field: Field_) -> Column:
    """A text column; a field that the account declares a date is written as an ISO date."""
    return date_values(users, field)[0].cast(pa.string()) if is_date(name, field) else text_values(users, field)


def _custom_fields(users: pa.Table, account: AccountConfig) -> Column:
    """JSON text with every mapped custom key, cleared ones as null; keys sorted, so that equal is equal."""
    named = sorted((name, field) for name, field in _custom(account).items())
    values = [_text(users, name, field).to_pylist() for name, field in named]
    keys = [name for name, _ in named]
    if not keys:
        return pa.array(["{}"] * users.num_rows, pa.string())
    rows: list[dict[str, Any]] = [dict(zip(keys, row, strict=True)) for row in zip(*values, strict=True)]
    return pa.array([orjson.dumps(row).decode() for row in rows], pa.string())


def _custom(account: AccountConfig) -> dict[str, Field_]:
    return {name.removeprefix(CUSTOM): field for name, field in account.mapping.items() if name.startswith(CUSTOM)}
