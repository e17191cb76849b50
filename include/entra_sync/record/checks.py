"""The results of a run's checks, and the measures of the nights before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

from entra_sync.checks import CheckResult, History
from entra_sync.db import Connection, statement
from entra_sync.record.runs import Run


def history_of_checks(connection: Connection, account: str, *, nights: int, before: int | None = None) -> History:
    """Measures of the account's (slug) last runs before ``before`` that were loaded with a complete snapshot."""
    key = {"account": account, "before": before, "nights": nights}
    rows = connection.execute(statement("record/measures"), key).fetchall()
    found = groupby(rows, lambda row: row["run_id"])
    return History(nights=[{row["name"]: row["value"] for row in night} for _, night in found])


def note_checks(
    connection: Connection, run: Run, *, uri: str, results: Sequence[CheckResult], measures: Mapping[str, float]
) -> None:
    """Keep a run's results and measures, in place of those of an earlier try."""
    key = {"run_id": run.id}
    checks = [{**key, "seq": seq, **asdict(one)} for seq, one in enumerate(results, start=1)]
    sizes = [{**key, "name": name, "value": value} for name, value in sorted(measures.items())]
    with connection.cursor() as cursor:
        cursor.execute(statement("record/delete_checks"), key)
        cursor.executemany(statement("record/insert_check"), checks)
        cursor.executemany(statement("record/insert_measure"), sizes)
        cursor.execute(statement("record/note_checks"), {**key, "uri": uri})
    connection.commit()


def checks(connection: Connection, run_id: int) -> list[CheckResult]:
    """What a run was held against, in the order asked; empty when it did not come that far."""
    rows = connection.execute(statement("record/checks"), {"run_id": run_id}).fetchall()
    return [CheckResult(table=row.pop("tbl"), column=row.pop("field") or "", **row) for row in rows]
