"""What a run's checks found, gathered: a result for every check, issues, and the reasons to stop.

The severity of a check decides what a failure is. block: an error, and its sentence stops the run; reject: an error,
and the person's row is left out; warn: a warning; ignore: no issue, the result says so all the same. Issues of people
are made column by column: a check that a whole tenant fails costs no more than another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from entra_sync.checks import CheckResult
from entra_sync.codes import CODES
from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import Severity
from entra_sync.issues import ISSUE_SCHEMA, issue_table
from entra_sync.mapping.rows import Column, pc

Found = list[dict[str, str | None]]


@dataclass(frozen=True, kw_only=True)
class RowCheck:
    """One check of one column of the people in scope: ``bad`` is a mask over them, ``message`` one text or a column."""

    code: str
    table: str
    column: str
    bad: Column
    message: str | Column
    expected: str
    engine: str = "arrow"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Grows check by check; the order of the checks is the order of results and issues."""

    account: AccountConfig
    results: list[CheckResult] = field(default_factory=list)
    issues: list[pa.Table] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)

    def set_check(self, result: CheckResult, message: str, *, hint: str | None = None) -> None:
        """Keep a check of a whole table; ``message`` is the sentence of its failure, ``hint`` of a code of the
        account's own."""
        self.results.append(result)
        if result.ok or result.severity == "ignore":
            return
        columns: dict[str, Any] = {"message": pa.array([message], pa.string())}
        self.issues.append(_table(1, result, "snapshot", hint, columns))
        self._block(result.severity, message)

    def row_check(
        self, check: RowCheck, ids: Column, labels: Column, *, severity: Severity | None = None, hint: str | None = None
    ) -> None:
        """Keep a check of people: ``ids`` and ``labels`` in the order of its mask, sorted by id."""
        failed = pc.sum(check.bad).as_py() or 0
        result = CheckResult(
            code=check.code,
            table=check.table,
            column=check.column,
            severity=severity or self.account.checks.severity_of(check.code),
            rows=len(check.bad),
            failed=failed,
            ok=not failed,
            expected=check.expected,
            engine=check.engine,
        )
        self.results.append(result)
        if result.ok or result.severity == "ignore":
            return
        message = check.message if isinstance(check.message, str) else check.message.filter(check.bad)
        columns = {"entra_id": ids.filter(check.bad), "label": labels.filter(check.bad), "message": message}
        self.issues.append(_table(failed, result, "user", hint, columns))
        text = check.message if isinstance(check.message, str) else f"{CODES[check.code].title}."
        self._block(result.severity, f"{failed} of {result.rows} people in scope: {text}")

    def part(self, found: Found, codes: Iterable[str], *, table: str, column: str, rows: int, engine: str) -> None:
        """Keep the issues of a part that has its own checks (scope, managers, reading), one result for each code."""
        for code in codes:
            severity = self.account.checks.severity_of(code)
            mine = [row for row in found if row["code"] == code]
            of_set = [str(row["message"]) for row in mine if row["entity"] == "snapshot"]
            failed = len(mine) - len(of_set) or len(of_set)
            self.results.append(
                CheckResult(
                    code=code,
                    table=table,
                    column=column,
                    severity=severity,
                    rows=rows,
                    failed=failed,
                    ok=not mine,
                    expected=f"Nothing of the kind: {CODES[code].title.lower()}",
                    engine=engine,
                )
            )
            for sentence in of_set or [f"{failed} of {rows}: {CODES[code].title}."] if mine else []:
                self._block(severity, sentence)
        self.issues.append(issue_table(self._weighed(found)))

    def _weighed(self, found: Found) -> Found:
        severities = self.account.checks.severity_of
        return [
            {**row, "severity": issue_severity(severities(str(row["code"])))}
            for row in found
            if severities(str(row["code"])) != "ignore"
        ]

    def _block(self, severity: Severity, sentence: str) -> None:
        if severity == "block":
            self.blocked.append(sentence)

    def table(self) -> pa.Table:
        """All issues: ISSUE_SCHEMA."""
        return pa.concat_tables([issue_table([]), *self.issues]).combine_chunks()


def issue_severity(severity: Severity) -> str:
    """How an issue of that severity is marked."""
    return "error" if severity in ("block", "reject") else "warning"


def _table(rows: int, result: CheckResult, entity: str, hint: str | None, columns: dict[str, Any]) -> pa.Table:
    """The issues of one result; texts stand for every row."""
    same: dict[str, str | None] = {
        "severity": issue_severity(result.severity),
        "step": "validate",
        "code": result.code,
        "entity": entity,
        "field": result.column or None,
        "hint": hint or CODES[result.code].hint,
    }
    given = {**same, **columns}
    arrays = [_column(given.get(name), rows) for name in ISSUE_SCHEMA.names]
    return pa.Table.from_arrays(arrays, schema=ISSUE_SCHEMA)


def _column(value: Any, rows: int) -> Column:
    if value is None:
        return pa.nulls(rows, pa.string())
    return pa.repeat(pa.scalar(value, pa.string()), rows) if isinstance(value, str) else value
