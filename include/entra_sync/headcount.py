"""``sync.headcount``: people in scope per day and department, and who came, left or moved since the day before.

Counted from the curated tables, so that a replay counts a day again. Somebody whose row was rejected counts as on the
day before, and nobody leaves for being absent of an incomplete snapshot: whom a day counts is kept beside its tables
(``counted.parquet``: ``entra_id, department``), for the day after it. The day before is the newest earlier one that is
kept; on the first day nobody is a joiner.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from entra_sync.db import Connection, statement
from entra_sync.scope import REJECTED
from entra_sync.store import write_table

COUNTED = "counted.parquet"
COMPLETE = b"entra_sync.complete"
NUMBERS = ("active", "joiners", "leavers", "movers_in", "movers_out")


def marked(person: pa.Table, *, complete: bool) -> pa.Table:
    """The day's persons, with a note whether absence is evidence."""
    return person.replace_schema_metadata({**(person.schema.metadata or {}), COMPLETE: str(complete).encode()})


def recount(connection: Connection, account_id: int, days: UPath, day: date) -> None:
    """Count a day whose tables were made, and the days after it for as long as that changes whom they count.

    ``days``: folder of the account's curated days.
    """
    kept = sorted(_day(folder.name) for folder in days.iterdir() if (folder / "person.parquet").exists())
    place = kept.index(day)
    before = _counted(days / str(kept[place - 1])) if place else None
    for each in kept[place:]:
        folder = days / str(each)
        known = _counted(folder) if (folder / COUNTED).exists() else None
        counted = count(_tables(folder), before)
        values = {"account_id": account_id, "day": each, "rows": json.dumps(numbers(counted, before))}
        connection.execute(statement("headcount/replace"), values)
        if known is not None and known.equals(counted):
            break
        write_table(folder / COUNTED, pa.Table.from_pandas(counted, preserve_index=False))
        before = counted


def count(day: tuple[pd.DataFrame, pd.DataFrame, bool], before: pd.DataFrame | None) -> pd.DataFrame:
    """Whom a day counts: ``entra_id, department``, sorted by the first.

    day: profiles (``entra_id, department``), persons (``entra_id, state``), whether the snapshot was complete.
    """
    profile, person, complete = day
    parts = [profile]
    if before is not None:
        absent = before[~before["entra_id"].isin(profile["entra_id"])]
        rejected = person.loc[person["state"] == REJECTED, "entra_id"]
        parts.append(absent[absent["entra_id"].isin(rejected)] if complete else absent)
    return pd.concat(parts, ignore_index=True).sort_values("entra_id", ignore_index=True)


def numbers(counted: pd.DataFrame, before: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Columns of sync.headcount per department; the empty text is for people without one."""
    active = counted.groupby("department").size()
    found = {"active": active}
    if before is not None:
        both = counted.merge(before, on="entra_id", how="outer", suffixes=("", "_before"), indicator="seen")
        moved = both[(both["seen"] == "both") & (both["department"] != both["department_before"])]
        found["joiners"] = both[both["seen"] == "left_only"].groupby("department").size()
        found["leavers"] = both[both["seen"] == "right_only"].groupby("department_before").size()
        found["movers_in"] = moved.groupby("department").size()
        found["movers_out"] = moved.groupby("department_before").size()
    table = pd.DataFrame(found).reindex(columns=list(NUMBERS)).fillna(0).astype(int)
    return [
        {"department": str(name), **dict(zip(NUMBERS, row, strict=True))}
        for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)
    ]


def _tables(folder: UPath) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    person = _read(folder / "person.parquet", ["entra_id", "state"])
    complete = (person.schema.metadata or {}).get(COMPLETE, b"True") == b"True"
    return _profile(folder), person.to_pandas(), complete


def _profile(folder: UPath) -> pd.DataFrame:
    """``entra_id, department``; an account may have no department mapped."""
    table = _read(folder / "profile.parquet", ["entra_id", "department"])
    found = table.to_pandas()
    found["department"] = found["department"].fillna("") if "department" in found else ""
    return found.astype("str")


def _counted(folder: UPath) -> pd.DataFrame:
    """Whom a day counted; of a day of an older release its profiles."""
    if (folder / COUNTED).exists():
        return _read(folder / COUNTED, ["entra_id", "department"]).to_pandas().astype("str")
    return _profile(folder)


def _read(path: UPath, columns: list[str]) -> pa.Table:
    with path.open("rb") as file:
        parquet = pq.ParquetFile(file)
        return parquet.read(columns=[name for name in columns if name in parquet.schema_arrow.names])


def _day(name: str) -> date:
    return date.fromisoformat(name)
