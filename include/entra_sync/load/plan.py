"""The whole difference between the day's tables and the database, before anything of it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from entra_sync.config.account import AccountConfig
from entra_sync.db import Connection, statement
from entra_sync.load.guards import Guard, Held
from entra_sync.record.runs import Run

APPLY = ("apply_users", "apply_profiles", "apply_teams", "apply_members", "apply_leavers", "apply_stand_ins")
KEPT = {"keep": "keep_leavers_as_managers", "to_managers_manager": "stand_ins"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What stands above the rows of the plan. ``is_empty``: nobody in the snapshot, ``no_groups``: no group in it."""

    population: int
    is_empty: bool
    no_groups: bool
    complete: bool
    held: list[Held]


def make_plan(connection: Connection, run: Run, account: AccountConfig, *, complete: bool, asks: bool) -> Plan:
    """Stage tables -> plan tables, held against the account's limits.

    ``complete``: absence is evidence; ``asks``: questions to people are written down.
    """
    guard = Guard(connection=connection, run=run, guards=account.guards, asks=asks)
    _run(connection, ["plan_users"])
    held = guard.leavers()
    _run(connection, ["plan_claims"])
    while connection.execute(statement("load/hold_conflicts")).fetchone():
        pass
    held += guard.newcomers()
    _run(connection, ["plan_left_alone", "keep_managers", *([] if complete else ["keep_unseen_managers"])])
    _run(connection, [name for policy, name in KEPT.items() if account.leavers.reports == policy])
    while connection.execute(statement("load/keep_no_circles")).fetchone():
        pass
    _run(connection, ["stage_stand_in_teams", "plan_profiles", "plan_teams", "plan_members"])
    held += guard.team_losses()
    _run(connection, ["plan_issues"])
    for one in held:
        connection.execute(statement("load/add_issue"), {"code": one.kind, "message": one.message})
    (row,) = connection.execute(statement("load/read_settings")).fetchall()
    return Plan(**row, held=held)


def apply_plan(connection: Connection) -> None:
    """Plan tables -> PeopleGoal."""
    _run(connection, APPLY)


def _run(connection: Connection, names: Iterable[str]) -> None:
    for name in names:
        connection.execute(statement(f"load/{name}"))
