"""Checks of one person's row, as pandas masks over all rows at once.

An error rejects the row: the present profile is left alone, because a value that cannot be read must not
clear one that could. Only people in scope can be rejected; a leaver leaves with a bad row as well. A warning
changes nothing.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.issues import issue
from entra_sync.scope import IN_SCOPE
from entra_sync.scope.fields import date_values, is_date, pc, text_values, usable

# Plausible, not RFC 5322: one @, a domain with a dot, no white space, no invisible or control characters.
ADDRESS = r'^[^@\s\p{C}\p{Z}<>,;"]+@([^@\s\p{C}\p{Z}<>,;".]+\.)+[^@\s\p{C}\p{Z}<>,;".]+$'
LONGEST_ADDRESS = 254


def row_errors(users: pa.Table, decisions: pd.DataFrame, account: AccountConfig) -> pd.DataFrame:
    """``entra_id, label, code, field, message`` of every error, sorted by person, e-mail before dates."""
    inside = (decisions["state"] == IN_SCOPE).to_numpy()
    found = [_errors_at(decisions, inside & _implausible(decisions), "email_invalid", "email")]
    people = usable(users)
    for name, field in account.mapping.items():
        if name != "manager" and is_date(name, field):
            _, unreadable = date_values(people, field)
            bad = inside & unreadable.to_numpy(zero_copy_only=False)
            found.append(_errors_at(decisions, bad, "date_invalid", name))
    return pd.concat(found).sort_values("entra_id", kind="stable").reset_index(drop=True)


def issues_of_errors(errors: pd.DataFrame) -> list[dict[str, str | None]]:
    """One issue per error."""
    return [
        issue(
            row.code,
            entity="user",
            entra_id=row.entra_id,
            label=row.label,
            field=row.field,
            message=row.message,
        )
        for row in _rows(errors)
    ]


def row_warnings(
    users: pa.Table, decisions: pd.DataFrame, rejected: AbstractSet[str], account: AccountConfig
) -> list[dict[str, str | None]]:
    """Issues of rows that are accepted all the same."""
    accepted = (decisions["state"] == IN_SCOPE) & ~decisions["entra_id"].isin(list(rejected))
    people = usable(users)
    double = accepted & decisions["email"].where(accepted).duplicated(keep=False) & decisions["email"].notna()
    sharing = decisions[double].groupby("email")["entra_id"].transform("size")
    found = [
        _warning(row, "email_duplicate", "email", f"{count} people in scope have this person's e-mail address.")
        for row, count in zip(_rows(decisions[double]), sharing, strict=True)
    ]
    if "display_name" in account.mapping:
        nameless = pc.is_null(text_values(people, account.mapping["display_name"])).to_numpy(zero_copy_only=False)
        found += [
            _warning(row, "name_missing", "display_name", "The attributes of display_name are empty.")
            for row in _rows(decisions[accepted & nameless])
        ]
    silent = pc.is_null(people["accountEnabled"].combine_chunks()).to_numpy(zero_copy_only=False)
    return found + [
        _warning(row, "account_state_unknown", "accountEnabled", "accountEnabled is empty; taken for enabled.")
        for row in _rows(decisions[accepted & silent])
    ]


def _implausible(decisions: pd.DataFrame) -> Any:
    email = pa.array(decisions["email"], pa.string(), from_pandas=True)
    fits = pc.and_(pc.match_substring_regex(email, ADDRESS), pc.less_equal(pc.utf8_length(email), LONGEST_ADDRESS))
    return pc.fill_null(pc.invert(fits), False).to_numpy(zero_copy_only=False)


def _errors_at(decisions: pd.DataFrame, bad: Any, code: str, field: str) -> pd.DataFrame:
    message = {
        "email_invalid": "The address is not of the form name@domain.tld, or has blanks in it.",
        "date_invalid": f"The attribute of {field} is not a date.",
    }[code]
    found = decisions.loc[bad, ["entra_id", "label"]]
    named: pd.DataFrame = found.assign(code=code, field=field, message=message)
    return named


def _warning(row: Any, code: str, field: str, message: str) -> dict[str, str | None]:
    return issue(code, entity="user", entra_id=row.entra_id, label=row.label, field=field, message=message)


def _rows(frame: pd.DataFrame) -> Any:
    """Rows as tuples; a missing label is None, not NaN."""
    return frame.astype(object).where(frame.notna(), None).itertuples(index=False)
