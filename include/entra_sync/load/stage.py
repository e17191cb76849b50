"""The day's tables and the run's settings into temporary tables of the load's transaction."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pyarrow as pa

from entra_sync.codes import CODES
from entra_sync.config.account import AccountConfig
from entra_sync.config.fields import PROFILE_COLUMNS
from entra_sync.db import Connection, copy_table, statement
from entra_sync.extract.select import wants_owners
from entra_sync.issues import COLUMNS
from entra_sync.load.model import Curated, SnapshotRef
from entra_sync.mapping.rows import pc
from entra_sync.record.runs import Run

MAPPED = tuple("manager_entra_id" if name == "manager" else name for name in PROFILE_COLUMNS)

# A row's place in its table.
NUMBER = "number"
# In the order of the temporary tables' columns.
PROFILE = ("entra_id", "email", *MAPPED, "custom_fields")
PERSON = ("entra_id", "email", "label", "state", "reason", NUMBER)
TEAM = ("key", "kind", "entra_id", "name", "description", "email", "lead_entra_id", NUMBER)
TEAM_MEMBER = ("team_number", "person_number", "role")
CODE = ("code", "severity", "step", "hint")


def stage(connection: Connection, run: Run, account: AccountConfig, curated: Curated, snapshot: SnapshotRef) -> None:
    """Fill the stage tables. A mapped column that the profiles lack is not owned: it changes nothing."""
    connection.execute(statement("load/stage"))
    connection.execute(statement("record/stage_issues"))
    copy_table(connection, "load/copy_profiles", curated.profile, PROFILE)
    copy_table(connection, "load/copy_persons", _numbered(curated.person), PERSON)
    copy_table(connection, "load/copy_teams", _numbered(curated.team), TEAM)
    copy_table(connection, "load/copy_members", members_by_number(curated), TEAM_MEMBER)
    copy_table(connection, "record/copy_issues", curated.issues, COLUMNS)
    copy_table(connection, "load/copy_codes", pa.Table.from_pylist([asdict(c) for c in CODES.values()]), CODE)
    settings = {
        "account_id": run.account_id,
        "run_id": run.id,
        "dry_run": run.dry_run,
        "as_of": snapshot.as_of,
        "complete": snapshot.complete,
        "gaps": snapshot.gaps,
        "users": snapshot.users,
        "groups": snapshot.groups,
        "groups_wanted": account.teams.from_groups is not None,
        "group_leads_owned": wants_owners(account),
        "match_email": "email" in account.match,
        "unowned": [name for name in MAPPED if name not in curated.profile.column_names],
        "seeded": [name for name, field in account.mapping.items() if field.only_on_create],
        "uncleared": [name for name, field in account.mapping.items() if not field.clear],
        "protected": [entry.strip().lower() for entry in account.guards.protected],
        "ignored": account.leavers.ignored(),
        "grace_days": account.guards.grace_days,
        "reports": account.leavers.reports,
        "managers_are_teams": account.teams.from_managers,
    }
    connection.execute(statement("load/settings"), settings)
    connection.execute(statement("load/analyze_stage"))


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column(NUMBER, pa.array(np.arange(table.num_rows), pa.int32()))


def members_by_number(curated: Curated) -> pa.Table:
    """Columns of TEAM_MEMBER: teams and people by their places in ``team`` and ``person``; each pair once.

    Of two roles of a pair the higher one counts: 'lead' sorts before 'member'. Rows of unknown teams or people are left
    out.
    """
    members = curated.team_member
    team = pc.index_in(members["team_key"], value_set=curated.team["key"])
    person = pc.index_in(members["user_entra_id"], value_set=curated.person["entra_id"])
    numbered = pa.table([team, person, members["role"]], names=list(TEAM_MEMBER)).drop_null()
    # Sorted numbers show a pair that is there twice; np.unique takes ten times as long.
    pairs = numbered["team_number"].to_numpy().astype(np.int64) * curated.person.num_rows
    pairs += numbered["person_number"].to_numpy()
    pairs.sort()
    if not (pairs[1:] == pairs[:-1]).any():
        return numbered
    once = numbered.group_by(["team_number", "person_number"]).aggregate([("role", "min")])
    return once.rename_columns({"role_min": "role"}).select(TEAM_MEMBER)
