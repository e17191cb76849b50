"""The gate: conditions that hold for the set as a whole, asked with Great Expectations.

A failed condition blocks the run, because loading such a set would take absence for evidence: an id that is
missing, double or malformed hides a person, who would then seem to have left. Great Expectations is imported
on use (2.5 s), in an ephemeral context that writes nothing and calls nobody; only counts are taken from its
results, never values.
"""

from __future__ import annotations

import logging
import os
from typing import Any

import pandas as pd

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import GROUP_SELECT, user_select, wants_managers
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA, SnapshotTables
from entra_sync.issues import CODES, issue
from entra_sync.scope.fields import pc
from entra_sync.validate.expectations import ALWAYS_SET, Expected, of_groups, of_memberships, of_users

# Groups that vanish while the tenant is read leave a few memberships behind; more is no coincidence.
SHARE_OF_KNOWN_GROUPS = 0.99

Found = list[dict[str, str | None]]


def check_set(tables: SnapshotTables, account: AccountConfig, *, complete: bool) -> tuple[list[str], Found]:
    """Ask all conditions. Gives the sentences that block, and the issues (some only warn)."""
    missing = _missing_columns(tables, account)
    if missing:
        sentence = f"The snapshot lacks {', '.join(missing)}, which the account's scope or mapping uses."
        return [sentence], [issue("schema_mismatch", entity="snapshot", message=sentence)]
    blocked: list[str] = []
    found: Found = []
    for code, message in _failures(tables, complete=complete):
        found.append(issue(code, entity="snapshot", message=message))
        if CODES[code].severity == "error":
            blocked.append(message)
    return blocked, found


def _missing_columns(tables: SnapshotTables, account: AccountConfig) -> list[str]:
    """Columns that are not there: asked of Arrow's schema, because every other condition needs them."""
    users = user_select(account)
    if wants_managers(account):
        users += [name for name, _ in MANAGER_COLUMNS]
    expected = {"users": users, "groups": GROUP_SELECT, "memberships": MEMBERSHIP_SCHEMA.names}
    return [
        f"{table}.{name}"
        for table, names in expected.items()
        for name in names
        if name not in getattr(tables, table).column_names
    ]


def _failures(tables: SnapshotTables, *, complete: bool) -> list[tuple[str, str]]:
    """Code and sentence of every condition that does not hold, sorted."""
    library = _great_expectations()
    context = library.get_context(mode="ephemeral")
    context.variables.progress_bars = _no_progress_bars()
    source = context.data_sources.add_pandas("snapshot")
    found: list[tuple[str, str]] = []
    for name, frame, expected in _questions(tables, complete=complete):
        asset = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        suite = library.ExpectationSuite(name=name, expectations=[item.of(library) for item in expected])
        result = asset.get_batch({"dataframe": frame}).validate(suite, result_format="BASIC")
        found += [_failure(item, len(frame)) for item in result.results if not item.success]
    return sorted(found)


def _questions(tables: SnapshotTables, *, complete: bool) -> list[tuple[str, pd.DataFrame, list[Expected]]]:
    """Table by table: the columns that are asked about, and the conditions on them."""
    users = tables.users.select(["id", *ALWAYS_SET]).to_pandas()
    groups = tables.groups.select(["id"]).to_pandas()
    known = pc.is_in(tables.memberships["group_id"], value_set=tables.groups["id"].combine_chunks())
    ends = tables.memberships.select(["group_id", "member_id"]).append_column("group_known", known)
    share = pc.mean(known).as_py()
    many = complete and share is not None and share < SHARE_OF_KNOWN_GROUPS
    dangling = "memberships_dangling" if many else "memberships_unknown_group"
    return [
        ("users", users, of_users()),
        ("groups", groups, of_groups()),
        ("memberships", ends.to_pandas(), of_memberships(dangling=dangling)),
    ]


def _failure(result: Any, rows: int) -> tuple[str, str]:
    """A condition that could not be asked at all (an exception inside the library) counts as failed."""
    meta = result.expectation_config.meta
    count = result.result.get("unexpected_count", "Some")
    return meta["code"], meta["says"].format(n=count, rows=rows)


def _great_expectations() -> Any:
    """Import the library quietly: it logs 200 lines on import and draws bars at level ERROR otherwise."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations
    from great_expectations.data_context.types import base

    # This module alone sets a level of its own when imported.
    logging.getLogger(base.__name__).setLevel(logging.WARNING)
    return great_expectations


def _no_progress_bars() -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    return ProgressBarsConfig(globally=False)
