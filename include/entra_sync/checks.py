"""The records that the checks leave, and what earlier nights left of them.

Plain records without any library: the database's side reads and writes them too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from entra_sync.config.checks import Severity

# The share of a mapped field that is empty among the people in scope is kept under this prefix and the field's name.
NULLS = "nulls."


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check that was asked, passed or not.

    table: users, groups, memberships, profile (the mapped values of the people in scope) or snapshot; column: a column
    of it, a mapped field, or a key of the account file, "" for the table as a whole. rows: how many were asked about,
    failed: how many break it. severity: what a failure is for this account. expected: the condition in words, without
    anybody's data. engine: great_expectations, arrow or pandas.
    """

    code: str
    table: str
    column: str
    severity: Severity
    rows: int
    failed: int
    ok: bool
    expected: str
    engine: str


@dataclass(frozen=True, kw_only=True)
class History:
    """The measures of earlier nights of the account, newest first; empty on the first night."""

    nights: Sequence[Mapping[str, float]] = ()

    def usual(self, name: str, nights: int) -> float | None:
        """The median of one measure over the newest ``nights`` that have it; None when none has."""
        found = [night[name] for night in self.nights if name in night][:nights]
        return median(found) if found else None
