"""The org chart: who reports to whom, made a forest.

One manager per person in, at most one manager per person out, and never a circle. A link is dropped, never a
person: when the manager is no user, is not in the tenant, is out of scope, was rejected or is the person. Of
a circle, the link that goes out from the smallest object id is dropped: the same one every night, whatever
the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from entra_sync.scope import IN_SCOPE, REJECTED
from entra_sync.scope.fields import usable


@dataclass(frozen=True, kw_only=True)
class OrgChart:
    """links: ``entra_id, manager_id``, both accepted persons in scope, free of circles.

    dropped: ``entra_id, manager_id, code, path``; path lists the ids of a circle from the dropped link on.
    """

    links: pd.DataFrame
    dropped: pd.DataFrame


def org_chart(users: pa.Table, states: pd.Series[str]) -> OrgChart:
    """Draw the chart of one snapshot. ``states`` goes with the users that have a usable id, sorted by id."""
    people = usable(users).select(["id", "manager_id", "manager_type"]).to_pandas()
    people.columns = pd.Index(["entra_id", "manager_id", "manager_type"])
    return draw(people.assign(state=states.to_numpy()))


def draw(people: pd.DataFrame) -> OrgChart:
    """Draw the chart from ``entra_id, manager_id, manager_type, state``; one row per person."""
    state_of = people.set_index("entra_id")["state"]
    asked = people[(people["state"] == IN_SCOPE) & people["manager_id"].notna()].sort_values("entra_id")
    manager = asked["manager_id"].map(state_of)
    code = np.select(
        [
            asked["manager_type"].notna() & (asked["manager_type"] != "user"),
            asked["manager_id"] == asked["entra_id"],
            manager.isna(),
            manager == REJECTED,
            manager != IN_SCOPE,
        ],
        ["manager_not_a_user", "manager_self", "manager_missing", "manager_rejected", "manager_out_of_scope"],
        default="",
    )
    links = asked.loc[code == "", ["entra_id", "manager_id"]]
    dropped = asked.loc[code != "", ["entra_id", "manager_id"]].assign(code=code[code != ""], path="")
    closed = circles(dict(zip(links["entra_id"].tolist(), links["manager_id"].tolist(), strict=True)))
    paths = {circle[0]: " -> ".join([*circle, circle[0]]) for circle in closed}
    closing = links["entra_id"].isin(list(paths))
    cut = links[closing].assign(code="manager_cycle", path=links.loc[closing, "entra_id"].map(paths))
    return OrgChart(
        links=links[~closing].reset_index(drop=True),
        dropped=pd.concat([dropped, cut]).sort_values("entra_id").reset_index(drop=True),
    )


def circles(manager_of: dict[str, str]) -> list[list[str]]:
    """The circles of a chart, each from its smallest id on, along the managers; sorted."""
    walked: dict[str, str] = {}
    found = []
    for start in manager_of:
        path = []
        person: str | None = start
        while person is not None and person not in walked:
            walked[person] = start
            path.append(person)
            person = manager_of.get(person)
        if person is not None and walked[person] == start:
            circle = path[path.index(person) :]
            smallest = circle.index(min(circle))
            found.append(circle[smallest:] + circle[:smallest])
    return sorted(found)
