"""Profiles of the accepted persons, and the list of everybody with the state that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.fields import PROFILE_COLUMNS
from entra_sync.mapping.rows import Column, pc, usable
from entra_sync.mapping.values import emails, field_values
from entra_sync.scope import IN_SCOPE, REJECTED

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
            columns["manager_entra_id"] = _managers(ids, links)
        elif field is not None:
            values = field_values(accepted, name, field).values
            columns[name] = values if name == "hire_date" else values.cast(pa.string())
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


def _managers(ids: Column, links: pd.DataFrame) -> Column:
    people = pa.array(links["entra_id"], pa.string(), from_pandas=True)
    managers = pa.array(links["manager_id"], pa.string(), from_pandas=True)
    return managers.take(pc.index_in(ids, value_set=people))


def _custom_fields(users: pa.Table, account: AccountConfig) -> Column:
    """JSON text with every mapped custom key, empty ones as null; keys sorted, so that equal is equal."""
    pieces: list[Any] = []
    for name, field in sorted(account.mapping.items()):
        if name.startswith(CUSTOM):
            key = orjson.dumps(name.removeprefix(CUSTOM)).decode()
            pieces += [f"{',' if pieces else '{'}{key}:", _json(field_values(users, name, field).values)]
    if not pieces:
        return pa.repeat(pa.scalar("{}"), users.num_rows)
    return pc.binary_join_element_wise(*pieces, "}", "")


def _json(values: Column) -> Column:
    """Numbers, true and false as JSON has them, dates as ISO text. Cleaned text has no control characters to escape."""
    written = values.cast(pa.string())
    if pa.types.is_string(values.type) or pa.types.is_date(values.type):
        escaped = pc.replace_substring(pc.replace_substring(written, "\\", "\\\\"), '"', '\\"')
        written = pc.binary_join_element_wise('"', escaped, '"', "")
    return pc.fill_null(written, "null")
