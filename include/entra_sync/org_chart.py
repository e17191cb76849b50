"""The org chart: who reports to whom, made a forest.

One manager per person in, at most one manager per person out, and never a circle. A link is dropped, never a person:
when the manager is no user, is not in the tenant, is out of scope, is disabled, was rejected or is the person. With
``nearest`` the first accepted manager further up takes the place of one who is not accepted; a contact, somebody who is
missing and a circle end the way up. Of a circle, the link that goes out from the smallest object id is dropped: the
same one every night, whatever the order of the rows.

What only counts persons, and walks up for a million of them at once, is in ``forest``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from entra_sync import forest
from entra_sync.mapping.rows import Column, pc, usable
from entra_sync.scope import DISABLED, IN_SCOPE, REJECTED

# Managers who are in the directory and not accepted, in the order asked: further up may be somebody who is.
REPLACED = ("manager_rejected", "manager_disabled", "manager_out_of_scope")


@dataclass(frozen=True, kw_only=True)
class OrgChart:
    """links: ``entra_id, manager_id``, both accepted persons in scope, free of circles; sorted by the first.

    dropped: ``entra_id, manager_id, code, path, instead``; path lists the ids of a circle from the dropped link on,
    instead is the manager further up who was taken, or empty. Sorted by person; one whose link further up closed a
    circle comes twice, the circle last.
    """

    links: pd.DataFrame
    dropped: pd.DataFrame


def org_chart(users: pa.Table, states: pd.Series[str], *, fallback: Literal["none", "nearest"] = "none") -> OrgChart:
    """Draw the chart of one snapshot. ``states`` goes with the users that have a usable id, sorted by id."""
    people = usable(users).select(["id", "manager_id", "manager_type"]).to_pandas()
    people.columns = pd.Index(["entra_id", "manager_id", "manager_type"])
    return draw(people.assign(state=states.to_numpy()), fallback=fallback)


def draw(people: pd.DataFrame, *, fallback: Literal["none", "nearest"] = "none") -> OrgChart:
    """Draw the chart from ``entra_id, manager_id, manager_type, state``; one row per person."""
    people = people.sort_values("entra_id", ignore_index=True)
    accepted = _mask(people["state"] == IN_SCOPE)
    contact = _mask(people["manager_type"].notna() & (people["manager_type"] != "user"))
    manager = np.where(contact, len(people), _numbers(people["manager_id"], people["entra_id"]))
    code = np.where(accepted & _mask(people["manager_id"].notna()), _why_not(people["state"], manager, contact), "")
    taken = np.where(accepted & (code == ""), manager, len(people))
    replaced = np.isin(code, REPLACED)
    if fallback == "nearest" and replaced.any():
        above = forest.nearest(forest.chart_of(manager), np.append(accepted, False))[manager]
        taken = np.where(replaced & (above != np.arange(len(people))), above, taken)
    closed = forest.circles(forest.chart_of(taken))
    cut = np.array([circle[0] for circle in closed], dtype=np.int64)
    closing = taken[cut]
    taken[cut] = len(people)
    ids = _texts(people["entra_id"])
    named, linked = np.flatnonzero(code != ""), np.flatnonzero(taken < len(people))
    refused = {
        "entra_id": _ids(ids, named),
        "manager_id": people["manager_id"].take(named).array,
        "code": code[named],
        "path": "",
        "instead": _ids(ids, taken[named]).fillna(""),
    }
    circular = {
        "entra_id": _ids(ids, cut),
        "manager_id": _ids(ids, closing),
        "code": "manager_cycle",
        "path": [_path(ids, circle) for circle in closed],
        "instead": "",
    }
    dropped = pd.concat([pd.DataFrame(refused, dtype="str"), pd.DataFrame(circular, dtype="str")])
    return OrgChart(
        links=pd.DataFrame({"entra_id": _ids(ids, linked), "manager_id": _ids(ids, taken[linked])}),
        dropped=dropped.sort_values("entra_id", kind="stable", ignore_index=True),
    )


def structure(links: pd.DataFrame, ids: pd.Series[str]) -> pd.DataFrame:
    """Measure a chart: ``entra_id, manager_id, depth, span, below``, one row per person of ``ids``, in that order.

    manager_id is null without one; depth: how many are above, 0 = nobody; span: direct reports; below: all reports.
    ``links`` as ``OrgChart`` has them, of these persons.
    """
    ends = _numbers(pd.concat([links["entra_id"], links["manager_id"]]), ids)
    above = np.full(len(ids), len(ids))
    above[ends[: len(links)]] = ends[len(links) :]
    depth, span, below = forest.measures(forest.chart_of(above))
    manager_id = _ids(_texts(ids), above)
    return pd.DataFrame(
        {"entra_id": ids.to_numpy(), "manager_id": manager_id, "depth": depth, "span": span, "below": below}
    )


def _why_not(state: pd.Series[str], manager: forest.Numbers, contact: forest.Mask) -> npt.NDArray[np.str_]:
    """The code of why each manager cannot be taken, empty for a good one; the last place stands for nobody."""

    def is_(name: str) -> forest.Mask:
        return np.append(_mask(state == name), False)[manager]

    asked = [contact, manager == np.arange(len(manager)), manager == len(manager)]
    codes = ["manager_not_a_user", "manager_self", "manager_missing"]
    states = [is_(REJECTED), is_(DISABLED), ~is_(IN_SCOPE)]
    return np.select([*asked, *states], [*codes, *REPLACED], default="")


def _numbers(wanted: pd.Series[str], ids: pd.Series[str]) -> forest.Numbers:
    """The place of each id among ``ids``; the number of ``ids`` for one that is not there, or null."""
    place = pc.index_in(_texts(wanted), value_set=_texts(ids), skip_nulls=True)
    return np.asarray(pc.fill_null(place, len(ids)).to_numpy(zero_copy_only=False), dtype=np.int64)


def _ids(ids: Column, numbers: forest.Numbers) -> pd.Series[str]:
    """The ids at these places; null for nobody."""
    return pd.Series(ids.take(pa.array(numbers, mask=numbers == len(ids))).to_pandas(), dtype="str")


def _texts(column: pd.Series[str]) -> Column:
    return pa.array(column, pa.string(), from_pandas=True)


def _mask(values: pd.Series[bool]) -> forest.Mask:
    return values.to_numpy(dtype=bool)


def _path(ids: Column, circle: forest.Numbers) -> str:
    along = _ids(ids, circle).to_list()
    return " -> ".join([*along, along[0]])
