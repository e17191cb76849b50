"""The tables of teams and of their members, and what each kind of team brings to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

TEAM_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("key", "kind", "entra_id", "name", "description", "email", "lead_entra_id")]
)
TEAM_MEMBER_SCHEMA = pa.schema([(name, pa.string()) for name in ("team_key", "user_entra_id", "role", "via")])

MEMBER, LEAD = "member", "lead"

# A column of text ends at 2 GB: longer ones are made in parts.
ROWS_PER_PART = 1_000_000

Found = list[dict[str, str | None]]
Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, kw_only=True)
class Teams:
    """Teams of one kind.

    team: TEAM_SCHEMA, sorted by key. member: TEAM_MEMBER_SCHEMA, sorted by team_key and user_entra_id, each person once
    in a team. additions: for each team what tells it from another one of the same name.
    """

    team: pa.Table
    member: pa.Table
    additions: list[str]
    found: Found


NO_TEAMS = Teams(team=TEAM_SCHEMA.empty_table(), member=TEAM_MEMBER_SCHEMA.empty_table(), additions=[], found=[])


def member_table(
    teams: Any, people: Any, roles: Numbers, ways: Any, *, rows: tuple[Numbers, Numbers, Numbers]
) -> pa.Table:
    """The rows of TEAM_MEMBER_SCHEMA: texts of ``teams``, ``people`` and ``ways`` by the numbers in ``rows``.

    ``roles``: true where the person leads.
    """
    of_team, person, way = rows
    columns = [
        texts_at(teams, of_team),
        texts_at(people, person),
        texts_at(pa.array([MEMBER, LEAD]), roles.astype(np.int8)),
        texts_at(ways, way),
    ]
    return pa.Table.from_arrays(columns, schema=TEAM_MEMBER_SCHEMA)


def texts_at(texts: Any, places: Numbers) -> Any:
    """The texts at these places, in parts of a bearable size."""
    parts = [texts.take(pa.array(places[at : at + ROWS_PER_PART])) for at in range(0, len(places), ROWS_PER_PART)]
    return pa.chunked_array(parts, pa.string())
