"""The tables of a snapshot, as validate and transform take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

# Its stubs know few of the calls with columns of a table.
pc: Any = pyarrow.compute

MANAGER_COLUMNS: list[tuple[str, pa.DataType]] = [("manager_id", pa.string()), ("manager_type", pa.string())]

MEMBERSHIP_SCHEMA = pa.schema([("group_id", pa.string()), ("member_id", pa.string()), ("member_type", pa.string())])


@dataclass(frozen=True, kw_only=True)
class SnapshotTables:
    """One tenant on one night, Graph's names.

    users: one row per user, the selected attributes, ``manager_id``, ``manager_type`` (user, orgContact or null).
    groups: one row per group. memberships: ``group_id, member_id, member_type``, direct ones only.
    """

    users: pa.Table
    groups: pa.Table
    memberships: pa.Table
