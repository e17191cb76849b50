"""Hold a snapshot against the checks: a bad row is rejected, a bad set blocks the run.

Snapshot tables, account and the measures of earlier nights in; issues, the ids of rejected rows, the reasons to stop
and a result for every check out. Great Expectations is asked about sets and for the account's own expectations, Arrow
about rows: docs/decisions/0003-great-expectations.md has the measurement. Rows of people who are out of scope are
nobody's business and give no issue. Nothing is changed here, and nothing is logged instead of returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from entra_sync.checks import CheckResult, History
from entra_sync.config.account import AccountConfig
from entra_sync.extract.tables import SnapshotTables
from entra_sync.issues import issue_table
from entra_sync.mapping.rows import pc, usable
from entra_sync.scope import decide, with_rejected
from entra_sync.validate import drift, managers, population
from entra_sync.validate.findings import Findings, Found
from entra_sync.validate.gate import check_schema, check_set
from entra_sync.validate.library import Asker
from entra_sync.validate.own import check_own, verify
from entra_sync.validate.people import people_in_scope
from entra_sync.validate.reading import READING, reading_issues
from entra_sync.validate.rows import row_checks

__all__ = ["CheckResult", "Checked", "History", "check", "reading_issues", "rejections", "verify"]

SCOPE = ("scope_empty", "scope_group_hidden", "scope_group_missing")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. issues: ISSUE_SCHEMA; rejected: ids of users; blocked: sentences, none = go on.

    results: every check that was asked, in order; measures: what later nights are compared with.
    """

    issues: pa.Table
    rejected: frozenset[str]
    blocked: list[str]
    results: list[CheckResult]
    measures: dict[str, float]


def check(
    tables: SnapshotTables,
    account: AccountConfig,
    *,
    complete: bool,
    as_of: datetime,
    history: History,
    reading: Found | None = None,
) -> Checked:
    """Check one snapshot, read at ``as_of``, for one account.

    ``complete``: an incomplete set may have gaps. ``reading``: what the reading itself found (``reading_issues``).
    Raises ConfigurationError when an expectation of the account's own cannot be asked.
    """
    findings = Findings(account=account)
    rows = tables.users.num_rows
    measures = drift.sizes(tables, complete=complete)
    findings.part(reading or [], READING, table="snapshot", column="", rows=rows, engine="arrow")
    if not check_schema(tables, findings):
        return _checked(findings, measures)
    verify(account)
    asker = Asker()
    check_set(tables, findings, asker, complete=complete)
    if findings.blocked:
        return _checked(findings, measures)
    users = usable(tables.users)
    decisions = decide(users, tables.groups, tables.memberships, account)
    scope = population.check_scope(tables.groups, tables.memberships, decisions, account)
    findings.part(scope, SCOPE, table="snapshot", column="scope", rows=rows, engine="pandas")
    people = people_in_scope(users, decisions, account)
    measures |= drift.emptiness(people)
    for found in row_checks(people, account, as_of):
        findings.row_check(found, people.ids, people.labels)
    check_own(tables, people, findings, asker)
    drift.check_drift(findings, asker, people, measures, history, complete=complete)
    states = with_rejected(decisions, rejections(findings.table()).keys())
    links = managers.manager_issues(users, decisions, states, account)
    findings.part(links, managers.SAYS, table="users", column="manager", rows=len(people), engine="pandas")
    return _checked(findings, measures)


def rejections(issues: pa.Table) -> dict[str, str]:
    """The users whose rows were rejected, out of the kept findings: id -> code of the first error.

    An error about a user rejects the user's row, whichever check it comes from: that is what ``reject`` means. With
    ``block`` the run stops, and nobody's row is loaded.
    """
    errors = issues.filter(pc.and_(pc.equal(issues["severity"], "error"), pc.equal(issues["entity"], "user")))
    first = errors.select(["entra_id", "code"]).to_pandas().dropna().drop_duplicates("entra_id")
    return dict(zip(first["entra_id"].tolist(), first["code"].tolist(), strict=True))


def _checked(findings: Findings, measures: dict[str, float]) -> Checked:
    issues = findings.table() if findings.issues else issue_table([])
    return Checked(
        issues=issues,
        rejected=frozenset(rejections(issues)),
        blocked=findings.blocked,
        results=findings.results,
        measures=measures,
    )
