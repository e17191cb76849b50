"""The set beside those of the nights before: sizes of the tables, and how much of each mapped field is empty.

Both are measured every night; Great Expectations is asked whether they lie within the account's limits. A snapshot that
is not complete has gaps anyway: there, both only warn.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

import pandas as pd

from entra_sync.checks import NULLS, History
from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import NullDrift, RowDrift, Severity
from entra_sync.extract.tables import SnapshotTables
from entra_sync.validate.expectations import Expected
from entra_sync.validate.findings import Findings
from entra_sync.validate.gate import ask, present
from entra_sync.validate.library import Asker
from entra_sync.validate.people import People

TABLES = ("users", "groups", "memberships")


def sizes(tables: SnapshotTables, *, complete: bool) -> dict[str, float]:
    """``rows.<table>``, and ``complete`` (0 or 1): only complete nights are compared with."""
    rows = {f"rows.{name}": float(getattr(tables, name).num_rows) for name in TABLES}
    return {"complete": float(complete), **rows}


def emptiness(people: People) -> dict[str, float]:
    """``in_scope`` (people) and ``nulls.<field>`` (share from 0 to 1); without people no shares."""
    total = len(people)
    shares = {NULLS + name: one.values.null_count / total for name, one in people.fields.items()} if total else {}
    return {"in_scope": float(total), **shares}


def check_drift(
    findings: Findings, asker: Asker, people: People, measures: dict[str, float], history: History, *, complete: bool
) -> None:
    """Ask about the sizes of the tables, then field by field about the share that is empty."""
    at_most: Severity | None = None if complete else "warn"
    rows, nulls = findings.account.checks.rows, findings.account.checks.nulls
    for name in TABLES if rows else ():
        assert rows is not None
        size = int(measures[f"rows.{name}"])
        ask(asker, findings, pd.DataFrame(index=range(size)), [_size(name, size, rows, history)], at_most=at_most)
    if nulls:
        frame = pd.DataFrame({name: present(one.values) for name, one in people.fields.items()}, index=None)
        expected = list(_shares(findings.account, len(people), measures, nulls, history))
        ask(asker, findings, frame, expected, at_most=at_most)


def _size(table: str, size: int, limits: RowDrift, history: History) -> Expected:
    usual = history.usual(f"rows.{table}", limits.nights)
    least, most = 0, None
    words = f"No earlier night to compare the number of {table} with"
    if usual is not None and usual < limits.min_population:
        words = f"{table} are too few to compare their number ({usual:g}, {limits.min_population} at least)"
    elif usual is not None:
        least = ceil(max(0.0, usual * (1 - limits.percent / 100)))
        most = floor(usual * (1 + limits.percent / 100))
        words = f"Between {least} and {most} {table}: {usual:g} is usual, {limits.percent:g} % more or fewer"
    return Expected(
        kind="ExpectTableRowCountToBeBetween",
        table=table,
        code="rows_drift",
        says=f"{{rows}} {table} were read; {usual or 0:g} is usual.",
        words=words,
        options={"min_value": least, "max_value": most},
        failed=round(abs(size - (usual or 0))),
    )


def _shares(
    account: AccountConfig, total: int, measures: dict[str, float], limits: NullDrift, history: History
) -> Iterator[Expected]:
    for name in account.mapping:
        usual = history.usual(NULLS + name, limits.nights)
        now = measures.get(NULLS + name, 0.0)
        least = 0.0
        words = f"No earlier night to compare {name} with"
        if total < limits.min_population:
            words = f"Too few people in scope to compare {name} ({total}, {limits.min_population} at least)"
        elif usual is not None:
            least = _least(usual, total, limits)
            words = (
                f"{name} is empty for {usual:.1%} of the people in scope, as usual, "
                f"or for at most {limits.points:g} percentage points more"
            )
        yield Expected(
            kind="ExpectColumnProportionOfNonNullValuesToBeBetween",
            table="profile",
            column=name,
            code="attribute_blank",
            says=f"{name} is empty for {now:.1%} of the people in scope; {usual or 0:.1%} is usual.",
            words=words,
            options={"min_value": least},
            failed=round(now * total),
        )


def _least(usual: float, total: int, limits: NullDrift) -> float:
    """The share that must be there at least. A field that enough people had must not be empty for everybody."""
    by_points = 1 - usual - limits.points / 100
    had = (1 - usual) * total >= limits.min_population
    # Half a person below: shares are not exact.
    return max(0.0, by_points - 0.5 / total, 0.5 / total if had else 0.0)
