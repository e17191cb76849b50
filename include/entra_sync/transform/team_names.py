"""Names of teams, told apart: PeopleGoal's people choose a team by its name.

Of the teams with one name the smallest key keeps it, teams of groups before those of managers. The others get an
addition in brackets that is the same every night.
"""

from __future__ import annotations

import pyarrow as pa

from entra_sync.groups import fold
from entra_sync.issues import issue
from entra_sync.transform.team_tables import Found


def told_apart(team: pa.Table, additions: list[str]) -> tuple[pa.Table, Found]:
    """The teams with names of their own, and a warning for each that got an addition. ``team``: sorted by key."""
    names, keys, ids = (team[column].to_pylist() for column in ("name", "key", "entra_id"))
    keeper: dict[str, int] = {}
    for place, name in enumerate(names):
        keeper.setdefault(fold(str(name)), place)
    if len(keeper) == len(names):
        return team, []
    taken = set(keeper)
    found: Found = []
    for place, (name, addition, one) in enumerate(zip(names, additions, ids, strict=True)):
        first = keeper[fold(str(name))]
        if first == place:
            continue
        own = _own_name(str(name), [addition, str(one)[:8], str(one)], taken)
        taken.add(fold(own))
        names[place] = own
        message = f"The team {keys[first]} has the same name and keeps it; this one has an addition in brackets."
        kind = issue("team_name_duplicate", entity="team", entra_id=one, label=own, field="name", message=message)
        found.append(kind)
    place_of_name = team.column_names.index("name")
    return team.set_column(place_of_name, "name", pa.array(names, pa.string())), found


def _own_name(name: str, additions: list[str], taken: set[str]) -> str:
    """The name with the first addition that makes it one of its own; the whole id comes last."""
    named = [f"{name} ({addition})" for addition in additions]
    return next((one for one in named if fold(one) not in taken), named[-1])
