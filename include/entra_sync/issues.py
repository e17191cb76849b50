"""The table in which a step keeps what it found.

One row is one finding about one person, team, snapshot or run. A message holds object ids and counts, never a
name, an address or a value of somebody's: the display name has a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from entra_sync.codes import CODES, Severity

COLUMNS = ("severity", "step", "code", "entity", "entra_id", "label", "field", "message", "hint")

ISSUE_SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])


def issue(
    code: str,
    *,
    entity: str,
    message: str,
    entra_id: str | None = None,
    label: str | None = None,
    field: str | None = None,
    severity: Severity | None = None,
) -> dict[str, str | None]:
    """Make one row; step, hint and, unless given, severity are the code's own. Raises KeyError for an unknown code."""
    known = CODES[code]
    return {
        "severity": severity or known.severity,
        "step": known.step,
        "code": code,
        "entity": entity,
        "entra_id": entra_id,
        "label": label,
        "field": field,
        "message": message,
        "hint": known.hint,
    }


def issue_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as ``issue`` makes them -> a table with ISSUE_SCHEMA, in the order given."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=ISSUE_SCHEMA)
