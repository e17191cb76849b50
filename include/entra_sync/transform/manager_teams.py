"""Teams out of managers: one per manager with a direct report, named after the manager, who leads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.mapping.rows import Column, pc
from entra_sync.transform.team_tables import NO_TEAMS, TEAM_SCHEMA, Teams, member_table

ID_SHOWN = 8


def manager_teams(links: pd.DataFrame, profile: pa.Table, person: pa.Table, account: AccountConfig) -> Teams:
    """Teams and members. ``links``: entra_id, manager_id, both accepted people in scope."""
    if not account.teams.from_managers or links.empty:
        return NO_TEAMS
    people = person["entra_id"].combine_chunks()
    manager = pc.index_in(pa.array(links["manager_id"], pa.string()), value_set=people).to_numpy()
    report = pc.index_in(pa.array(links["entra_id"], pa.string()), value_set=people).to_numpy()
    leads, of_report = np.unique(manager, return_inverse=True)
    ids = people.take(pa.array(leads))
    keys = pc.binary_join_element_wise("manager:", ids, "")
    names = [
        account.teams.manager_team_name.replace("{display_name}", one).strip() for one in _names(ids, profile, person)
    ]
    nothing = pa.nulls(len(leads), pa.string())
    columns = [keys, pa.array(["manager"] * len(leads)), ids, pa.array(names, pa.string()), nothing, nothing, ids]

    team = np.concatenate([np.arange(len(leads)), of_report])
    member = np.concatenate([leads, report])
    role = np.arange(len(team)) < len(leads)
    order = np.lexsort((member, team))
    team, member, role = team[order], member[order], role[order]
    direct = np.zeros(len(team), np.int8)
    return Teams(
        team=pa.Table.from_arrays(columns, schema=TEAM_SCHEMA),
        member=member_table(keys, people, role, pa.array([""]), rows=(team, member, direct)),
        additions=_additions(ids, person),
        found=[],
    )


def _names(ids: Column, profile: pa.Table, person: pa.Table) -> list[str]:
    """The display name that the profile gets, else the directory's, else the id."""
    own = _of(ids, profile, "display_name") if "display_name" in profile.column_names else [None] * len(ids)
    labels = _of(ids, person, "label")
    return [name or label or one for name, label, one in zip(own, labels, ids.to_pylist(), strict=True)]


def _additions(ids: Column, person: pa.Table) -> list[str]:
    """The local part of the e-mail address, else the beginning of the id."""
    emails = _of(ids, person, "email")
    return [(email or "").split("@")[0] or one[:ID_SHOWN] for email, one in zip(emails, ids.to_pylist(), strict=True)]


def _of(ids: Column, table: pa.Table, column: str) -> list[Any]:
    """A column for these people, in their order."""
    found: list[Any] = table[column].take(pc.index_in(ids, value_set=table["entra_id"].combine_chunks())).to_pylist()
    return found
