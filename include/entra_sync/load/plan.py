"""The whole difference between the day's tables and the database, before anything of it is written."""

from __future__ import annotations

from entra_sync.db import Connection, statement
from entra_sync.load.guards import PlanNumbers

APPLY = ("apply_users", "apply_profiles", "apply_teams", "apply_members")


def make_plan(connection: Connection) -> PlanNumbers:
    """Stage tables -> plan tables. Gives the numbers that guards ask for."""
    connection.execute(statement("load/plan_users"))
    connection.execute(statement("load/plan_claims"))
    while connection.execute(statement("load/hold_conflicts")).fetchone():
        pass
    connection.execute(statement("load/plan_profiles"))
    connection.execute(statement("load/plan_teams"))
    connection.execute(statement("load/plan_members"))
    connection.execute(statement("load/plan_issues"))
    (row,) = connection.execute(statement("load/plan_numbers")).fetchall()
    return PlanNumbers(**row)


def apply_plan(connection: Connection) -> None:
    """Plan tables -> PeopleGoal."""
    for name in APPLY:
        connection.execute(statement(f"load/{name}"))
