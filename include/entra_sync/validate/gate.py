"""The gate: conditions that hold for the set as a whole, asked with Great Expectations.

A failed condition blocks the run, because loading such a set would take absence for evidence: an id that is
missing, double or malformed hides a person, who would then seem to have left. Only counts are taken from the
library's results, never values. The library hashes each frame twice before it asks anything (a second per million
rows and eight columns of text): where only the presence of a value matters, the frame has a number in its place.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from entra_sync.checks import CheckResult
from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import Severity
from entra_sync.extract.select import group_columns, user_select, wants_managers
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA, SnapshotTables
from entra_sync.mapping.rows import Column, pc
from entra_sync.validate.expectations import ALWAYS_SET, Expected, of_groups, of_memberships, of_users
from entra_sync.validate.findings import Findings
from entra_sync.validate.library import Asker

ENGINE = "great_expectations"

# Groups that vanish while the tenant is read leave a few memberships behind; more is no coincidence.
SHARE_OF_KNOWN_GROUPS = 0.99


def check_schema(tables: SnapshotTables, findings: Findings) -> bool:
    """Whether every column is there: asked of Arrow's schema, because all other conditions need the columns."""
    missing = _missing_columns(tables, findings.account)
    sentence = f"The snapshot lacks {', '.join(missing)}, which the account's scope, mapping or checks use."
    result = CheckResult(
        code="schema_mismatch",
        table="snapshot",
        column="",
        severity=findings.account.checks.severity_of("schema_mismatch"),
        rows=sum(getattr(tables, name).num_columns for name in ("users", "groups", "memberships")),
        failed=len(missing),
        ok=not missing,
        expected="The snapshot has every attribute that the account uses",
        engine="arrow",
    )
    findings.set_check(result, sentence)
    return not missing


def check_set(tables: SnapshotTables, findings: Findings, asker: Asker, *, complete: bool) -> None:
    """Ask about the ids of users and groups, both ends of the memberships, and the attributes that everybody has."""
    ids = tables.users["id"].to_pandas()
    users = pd.DataFrame({"id": ids, **{name: present(tables.users[name]) for name in ALWAYS_SET}})
    ask(asker, findings, users, of_users())
    ask(asker, findings, tables.groups.select(["id"]).to_pandas(), of_groups())
    known = pc.is_in(tables.memberships["group_id"], value_set=tables.groups["id"].combine_chunks())
    ends = {name: present(tables.memberships[name]) for name in ("group_id", "member_id")}
    share = pc.mean(known).as_py()
    many = complete and share is not None and share < SHARE_OF_KNOWN_GROUPS
    dangling = "memberships_dangling" if many else "memberships_unknown_group"
    limit = f", {SHARE_OF_KNOWN_GROUPS:.0%} of them at least" if many else ""
    frame = pd.DataFrame({**ends, "group_known": known.cast(pa.int8()).to_numpy()})
    ask(asker, findings, frame, of_memberships(dangling=dangling, limit=limit))


def ask(
    asker: Asker, findings: Findings, frame: pd.DataFrame, expected: list[Expected], *, at_most: Severity | None = None
) -> None:
    """Hold one frame against conditions and keep the results; ``at_most`` warn: a failure only warns."""
    results = asker.ask(frame, [item.of(asker.library) for item in expected], "BASIC")
    for item, result in zip(expected, results, strict=True):
        severity = findings.account.checks.severity_of(item.code)
        failed = 0 if result.success else _failed(item, result)
        findings.set_check(
            CheckResult(
                code=item.code,
                table=item.table,
                column=item.column,
                severity=at_most if at_most and severity != "ignore" else severity,
                rows=len(frame),
                failed=failed,
                ok=bool(result.success),
                expected=item.words,
                engine=ENGINE,
            ),
            item.says.format(n=failed, rows=len(frame)),
        )


def present(values: Column) -> Any:
    """1.0 where there is a value, NaN where there is none."""
    return pc.if_else(pc.is_null(values), float("nan"), 1.0).to_numpy()


def _failed(item: Expected, result: Any) -> int:
    """A condition that could not be asked at all (an exception inside the library) counts as failed by every row."""
    if item.failed is not None:
        return item.failed
    count: int = result.result.get("unexpected_count", result.result.get("element_count", 0))
    return count


def _missing_columns(tables: SnapshotTables, account: AccountConfig) -> list[str]:
    users = user_select(account)
    if wants_managers(account):
        users += [name for name, _ in MANAGER_COLUMNS]
    expected = {"users": users, "groups": group_columns(account), "memberships": MEMBERSHIP_SCHEMA.names}
    return [
        f"{table}.{name}"
        for table, names in expected.items()
        for name in names
        if name not in getattr(tables, table).column_names
    ]
