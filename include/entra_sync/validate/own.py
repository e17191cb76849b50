"""The expectations that the account adds in its file (``checks.expectations``), asked with Great Expectations.

People in scope are asked about as ``users`` (directory attributes) and as ``profile`` (``entra_id`` and the mapped
fields), groups and memberships as a whole. Failing people are found exactly by their object id; no value is taken from
the library's results.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.checks import CheckResult
from entra_sync.config.account import AccountConfig
from entra_sync.config.attributes import nearest
from entra_sync.config.checks import OwnExpectation
from entra_sync.errors import ConfigurationError
from entra_sync.extract.tables import SnapshotTables
from entra_sync.mapping.rows import pc
from entra_sync.validate.findings import Findings, RowCheck
from entra_sync.validate.gate import ENGINE
from entra_sync.validate.library import Asker, great_expectations
from entra_sync.validate.people import People

KEYS = {"users": "id", "profile": "entra_id"}
KEY = "__id"

NULLABLE: dict[Any, Any] = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}


def verify(account: AccountConfig) -> None:
    """Make every expectation of the account file once. Raises ConfigurationError that names the entry."""
    if account.checks.expectations:
        library = great_expectations()
        for entry in account.checks.expectations:
            _made(library, entry)


def check_own(tables: SnapshotTables, people: People, findings: Findings, asker: Asker) -> None:
    """Ask all of them, table by table. Raises ConfigurationError for an entry that cannot be asked."""
    entries = findings.account.checks.expectations
    for name in dict.fromkeys(entry.table for entry in entries):
        mine = [entry for entry in entries if entry.table == name]
        table = _table(name, tables, people)
        for entry in mine:
            _known_columns(entry, table)
        key = KEYS.get(name)
        frame = _frame(table, mine, key)
        for entry, result in zip(mine, _results(asker, frame, mine), strict=True):
            _keep(entry, result, len(frame), people, findings)


def _results(asker: Asker, frame: pd.DataFrame, entries: list[OwnExpectation]) -> list[Any]:
    """COMPLETE where people have to be found; the index of the frame is their id then."""
    found = entries[0].table in KEYS
    return asker.ask(frame, [_made(asker.library, entry) for entry in entries], "COMPLETE" if found else "BASIC")


def _made(library: Any, entry: OwnExpectation) -> Any:
    kinds = [name for name in dir(library.expectations) if name.startswith("Expect") and name != "Expectation"]
    if entry.expect not in kinds:
        raise _wrong(entry, f"Great Expectations has no class {entry.expect}{nearest(entry.expect, kinds)}")
    try:
        return getattr(library.expectations, entry.expect)(**entry.options)
    except (ValueError, TypeError) as error:
        raise _wrong(entry, f"{entry.expect} does not take these options: {_reasons(error)}.") from None


def _keep(entry: OwnExpectation, result: Any, rows: int, people: People, findings: Findings) -> None:
    if (result.exception_info or {}).get("raised_exception") or "raised_exception" not in (result.exception_info or {}):
        raise _wrong(entry, f"{entry.expect} cannot be asked of the column as it is; see its options and the type.")
    column = str(entry.options.get("column", ""))
    bad = None
    # An expectation with `mostly` lists its exceptions also when it holds.
    if entry.table in KEYS and not result.success:
        failing = pa.array(_ids(result), pa.string())
        bad = pc.is_in(people.ids, value_set=failing)
    if bad is not None and pc.any(bad).as_py():
        check = RowCheck(
            code=entry.code,
            table=entry.table,
            column=column,
            bad=bad,
            message=entry.message,
            expected=entry.message,
            engine=ENGINE,
        )
        findings.row_check(check, people.ids, people.labels, severity=entry.severity, hint=entry.hint)
        return
    record = CheckResult(
        code=entry.code,
        table=entry.table,
        column=column,
        severity=entry.severity,
        rows=rows,
        failed=0 if result.success else result.result.get("unexpected_count", rows),
        ok=bool(result.success),
        expected=entry.message,
        engine=ENGINE,
    )
    findings.set_check(record, entry.message, hint=entry.hint)


def _ids(result: Any) -> list[str]:
    """The failing rows by the index of the frame; the rest of each item is people's data."""
    return [row[KEY] for row in result.result.get("unexpected_index_list") or []]


def _table(name: str, tables: SnapshotTables, people: People) -> pa.Table:
    if name == "users":
        return people.users
    if name == "profile":
        return pa.table({"entra_id": people.ids, **{field: one.values for field, one in people.fields.items()}})
    table: pa.Table = getattr(tables, name)
    return table


def _frame(table: pa.Table, entries: list[OwnExpectation], key: str | None) -> pd.DataFrame:
    """Only the columns that are asked about, all of them for an expectation about the table.

    Dates are Python's: the library reads those of its options so, and compares alike with alike only.
    """
    named = [name for entry in entries for name in entry.columns()]
    whole = any(not entry.columns() for entry in entries)
    chosen = table if whole else table.select([name for name in table.column_names if name in named])
    frame: pd.DataFrame = chosen.to_pandas(types_mapper=NULLABLE.get)
    return frame.set_index(table[key].to_pandas().rename(KEY)) if key else frame


def _known_columns(entry: OwnExpectation, table: pa.Table) -> None:
    for name in entry.columns():
        if name not in table.column_names:
            close = nearest(name, table.column_names)
            raise _wrong(entry, f"the table {entry.table} has no column `{name}`{close}")


def _reasons(error: Exception) -> str:
    """The first line of each fault; what was given is in the account file."""
    faults = getattr(error, "errors", None)
    if callable(faults):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults())
    return str(error).split("\n", 1)[0]


def _wrong(entry: OwnExpectation, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"checks.expectations, entry `{entry.code}`: {what}" + ("" if what.endswith((".", "?")) else "."),
        hint="The classes and their options are listed at https://greatexpectations.io/expectations.",
    )
