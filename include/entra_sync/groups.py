"""Groups by name pattern and by kind: the choice that the reading of owners, the scope and the teams share.

Rows of groups as Graph names them in; ids, or the rows that were chosen, out.
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable

import pyarrow as pa

from entra_sync.config.teams import TeamGroups
from entra_sync.mapping.rows import GUID, Column, pc


def group_kind(group_types: list[str] | None, mail_enabled: bool | None, security_enabled: bool | None) -> str | None:
    """The kind of a group; "DynamicMembership" is none of its own. None: neither mail nor security."""
    if any(kind.lower() == "unified" for kind in group_types or []):
        return "microsoft365"
    if security_enabled:
        return "mail_security" if mail_enabled else "security"
    return "distribution" if mail_enabled else None


def team_groups(groups: pa.Table, wanted: TeamGroups) -> pa.Table:
    """The groups that become teams: of a wanted kind, included, not excluded, not hidden; sorted by id, each once."""
    usable = groups.filter(pc.fill_null(pc.match_substring_regex(groups["id"], GUID), False))
    named = matching(usable, wanted.include or ["*"]) - matching(usable, wanted.exclude)
    named -= set() if wanted.hidden else hidden(usable)
    facts = usable.select(["id", "groupTypes", "mailEnabled", "securityEnabled"]).to_pylist()
    ids = {
        row["id"]
        for row in facts
        if row["id"] in named
        and group_kind(row["groupTypes"], row["mailEnabled"], row["securityEnabled"]) in wanted.types
    }
    return usable.filter(pc.is_in(usable["id"], value_set=pa.array(sorted(ids), pa.string()))).sort_by("id")


def matching(groups: pa.Table, patterns: Iterable[str]) -> set[str]:
    """Ids of the groups that a pattern names: shell pattern or full name (any case), or object id."""
    wanted = [(fold(pattern), re.compile(fnmatch.translate(fold(pattern)))) for pattern in patterns]
    ids, names = texts(groups["id"]), texts(groups["displayName"])
    return {
        group_id
        for group_id, name in zip(ids, names, strict=True)
        if any(_names(text, regex, group_id, fold(name)) for text, regex in wanted)
    }


def hidden(groups: pa.Table) -> set[str]:
    """Ids of the groups with hidden membership; read only with ``teams.from_groups.hidden: true``."""
    ids, visibility = texts(groups["id"]), texts(groups["visibility"])
    return {one for one, seen in zip(ids, visibility, strict=True) if seen.lower() == "hiddenmembership"}


def fold(text: str) -> str:
    """A name as it is compared: composed Unicode, any case, trimmed."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def texts(column: Column) -> list[str]:
    """Plain texts; null is empty."""
    return ["" if text is None else text for text in column.to_pylist()]


def _names(text: str, regex: re.Pattern[str], group_id: str, name: str) -> bool:
    """A name with brackets, such as "[Sales]", is meant as it stands, not as a set of letters."""
    return text in (group_id, name) or regex.match(name) is not None
