"""Hold a snapshot against the checks: a bad row is rejected, a bad set blocks the run.

Snapshot tables and account in; issues, the ids of rejected rows and the reasons to stop out. The set goes
through Great Expectations (gate), the rows through pandas masks (rows, managers): docs/decisions/0003-great-
expectations.md has the measurement. Rows of people who are out of scope are nobody's business and give no
issue. Nothing is changed here, and nothing is logged instead of returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.extract.tables import SnapshotTables
from entra_sync.issues import issue_table
from entra_sync.scope import decide, with_rejected
from entra_sync.scope.fields import usable
from entra_sync.validate import gate, managers, population, rows
from entra_sync.validate.reading import reading_issues

__all__ = ["Checked", "check", "reading_issues", "rejections"]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. issues: ISSUE_SCHEMA; rejected: ids of users; blocked: sentences, none = go on."""

    issues: pa.Table
    rejected: frozenset[str]
    blocked: list[str]


def check(tables: SnapshotTables, account: AccountConfig, *, complete: bool) -> Checked:
    """Check one snapshot for one account. ``complete``: an incomplete set may have gaps."""
    blocked, found = gate.check_set(tables, account, complete=complete)
    if blocked:
        return Checked(issues=issue_table(found), rejected=frozenset(), blocked=blocked)
    users = usable(tables.users)
    decisions = decide(users, tables.groups, tables.memberships, account)
    blocked, more = population.check_scope(tables.groups, decisions, account)
    found += more
    errors = rows.row_errors(users, decisions, account)
    rejected = frozenset(errors["entra_id"])
    found += rows.issues_of_errors(errors)
    found += rows.row_warnings(users, decisions, rejected, account)
    found += managers.manager_issues(users, decisions, with_rejected(decisions, rejected), account)
    return Checked(issues=issue_table(found), rejected=rejected, blocked=blocked)


def rejections(issues: pa.Table) -> dict[str, str]:
    """The users whose rows were rejected, out of the kept findings: id -> code of the first error."""
    reasons: dict[str, str] = {}
    found: list[dict[str, Any]] = issues.select(["severity", "entity", "entra_id", "code"]).to_pylist()
    for row in found:
        if row["severity"] == "error" and row["entity"] == "user" and row["entra_id"]:
            reasons.setdefault(row["entra_id"], row["code"])
    return reasons
