"""Groups by pattern, and who belongs to a group through other groups.

Graph's direct memberships in; sets of ids out. Groups may contain each other in circles: every group is
entered once.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable

import pyarrow as pa

from entra_sync.scope.fields import Column, pc


def matching(groups: pa.Table, patterns: Iterable[str]) -> set[str]:
    """Ids of the groups that a pattern names: shell pattern or full name (any case), or object id."""
    wanted = [(_fold(pattern), re.compile(fnmatch.translate(_fold(pattern)))) for pattern in patterns]
    ids, names = _texts(groups["id"]), _texts(groups["displayName"])
    return {
        group_id
        for group_id, name in zip(ids, names, strict=True)
        if any(_names(text, regex, group_id, _fold(name)) for text, regex in wanted)
    }


def hidden(groups: pa.Table) -> set[str]:
    """Ids of the groups with hidden membership; read only with ``teams.from_groups.hidden: true``."""
    ids, visibility = _texts(groups["id"]), _texts(groups["visibility"])
    return {one for one, seen in zip(ids, visibility, strict=True) if seen.lower() == "hiddenmembership"}


def children(memberships: pa.Table, *, barred: Iterable[str] = ()) -> dict[str, list[str]]:
    """Group -> the groups that are its direct members, without those that must not be entered."""
    nested = memberships.filter(pc.equal(memberships["member_type"], "group"))
    closed = set(barred)
    inside: dict[str, list[str]] = {}
    for group_id, member_id in zip(_texts(nested["group_id"]), _texts(nested["member_id"]), strict=True):
        if member_id not in closed:
            inside.setdefault(group_id, []).append(member_id)
    return inside


def with_nested(roots: Iterable[str], inside: dict[str, list[str]]) -> set[str]:
    """The groups themselves and all groups inside them, at any depth."""
    found = set(roots)
    waiting = list(found)
    while waiting:
        for member in inside.get(waiting.pop(), ()):
            if member not in found:
                found.add(member)
                waiting.append(member)
    return found


def user_memberships(memberships: pa.Table) -> pa.Table:
    """``group_id, member_id`` of the members that are users."""
    users = memberships.filter(pc.equal(memberships["member_type"], "user"))
    return users.select(["group_id", "member_id"])


def users_within(roots: Iterable[str], memberships: pa.Table) -> Column:
    """Ids of the users in these groups, nested ones included."""
    reached = pa.array(sorted(with_nested(roots, children(memberships))), pa.string())
    direct = user_memberships(memberships)
    members = direct.filter(pc.is_in(direct["group_id"], value_set=reached))["member_id"]
    return pc.unique(members.combine_chunks())


def _names(text: str, regex: re.Pattern[str], group_id: str, name: str) -> bool:
    """A name with brackets, such as "[Sales]", is meant as it stands, not as a set of letters."""
    return text in (group_id, name) or regex.match(name) is not None


def _texts(column: Column) -> list[str]:
    return ["" if text is None else text for text in column.to_pylist()]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
