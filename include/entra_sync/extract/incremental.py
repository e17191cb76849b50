"""A night that costs what changed: the last snapshot, and the objects that the change feed names, read again.

Whoever the feed names, removed ones too, is asked for by id: 200 is what they are now, 404 means gone. Because links
are told by one side only, a person who appears (new, or restored with links of old) is asked for reports and groups,
and the reports of a person who is gone are read again. So are enabled users whose row an erasure emptied: the feed need
not name them. Facts: docs/graph.md, 2.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import pyarrow as pa

from entra_sync.config.teams import TeamGroups
from entra_sync.extract.base import Base
from entra_sync.extract.calls import Call, Row
from entra_sync.extract.client import GraphClient
from entra_sync.extract.completeness import Absent, ask_for
from entra_sync.extract.delta import DeltaLost, Round, follow
from entra_sync.extract.forgotten import emptied, without_forgotten
from entra_sync.extract.groups import group_call, is_concealed
from entra_sync.extract.links import FullNeeded, Links
from entra_sync.extract.members import MemberReader
from entra_sync.extract.merge import Edge, merged_memberships, replaced
from entra_sync.extract.owners import OwnersRead, read_owners, with_owners
from entra_sync.extract.tables import SnapshotTables, pc
from entra_sync.extract.users import UserQuery, side_by_side, with_manager
from entra_sync.groups import team_groups, texts

# v1.0 leaves service principals out of a list of members (docs/graph.md, 3).
NOT_LISTED = "servicePrincipal"


@dataclass
class Merged:
    """The new tables, and what belongs into the manifest."""

    tables: SnapshotTables
    pages: dict[str, int]
    links: dict[str, str]
    recheck: dict[str, list[str]]
    hidden_skipped: int
    hidden_memberships: int
    owners: int | None


@dataclass
class _Objects:
    """Objects of one collection that were read again."""

    there: dict[str, Row] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def take(self, found: Absent) -> None:
        self.there |= {row["id"]: with_manager(row) for row in found.there}
        self.gone |= found.gone

    @property
    def read(self) -> set[str]:
        return self.gone | self.there.keys()


async def read_changes(
    client: GraphClient,
    base: Base,
    query: UserQuery,
    *,
    hidden: bool,
    owned: TeamGroups | None,
    forgotten: Collection[str] = (),
) -> Merged:
    """Apply what changed since ``base``. Raises FullNeeded when everything has to be listed instead.

    ``owned``: which groups become teams, when their owners are wanted. ``forgotten``: people whose data were erased.
    """
    users, groups = await _rounds(client, base)
    old_users, old_groups = _ids(base.tables.users), _ids(base.tables.groups)
    people, teams = _Objects(), _Objects()
    people.take(await ask_for(client, _calls(users, base, "users", query.one, emptied(base.tables.users))))
    teams.take(await ask_for(client, _calls(groups, base, "groups", group_call)))

    links = Links(client, people.there.keys() - old_users, teams.there.keys() - old_groups)
    await links.read()
    again = (_reports(base, people.gone) | links.reports) - people.read
    people.take(await ask_for(client, [(user_id, query.one(user_id)) for user_id in again]))

    owners = await _owners(client, base, teams, owned) if owned else None

    concealed = {row["id"] for row in _concealed_rows(base)}
    now_concealed = (concealed - teams.read) | {g for g, row in teams.there.items() if is_concealed(row)}
    unread = set() if hidden else now_concealed
    relisted = {g for g in teams.there if g not in old_groups or g in concealed} - unread
    # Whether the feed tells of hidden members is unverified: where they are wanted, they are listed every night.
    relisted |= now_concealed - unread
    batches: list[pa.RecordBatch] = []
    reader = MemberReader(client, batches.append)
    await reader.read(sorted(relisted), now_concealed)
    gone_groups = teams.gone | reader.vanished.keys()
    for group_id in reader.vanished:
        teams.there.pop(group_id, None)

    new_users = replaced(base.tables.users, list(people.there.values()), people.gone)
    if forgotten:
        new_users = without_forgotten(new_users, forgotten)
    new_groups = replaced(base.tables.groups, list(teams.there.values()), gone_groups)
    if owners is not None:
        new_groups = with_owners(new_groups, owners.of_group)
    present = {"user": _ids(new_users), "group": _ids(new_groups)}
    dropped = relisted | gone_groups | unread
    changes = _edges(groups, links.edges, skip=dropped, present=present)
    memberships = merged_memberships(
        base.tables.memberships,
        dropped_groups=dropped,
        dropped_members=people.gone | gone_groups,
        changes=changes,
        listed=batches,
    )
    return Merged(
        tables=SnapshotTables(users=new_users, groups=new_groups, memberships=memberships),
        pages={"users": users.pages, "groups": groups.pages, "memberships": reader.pages}
        | ({"owners": owners.pages} if owners else {}),
        links={"users": users.link, "groups": groups.link},
        recheck={"users": _unclear(users, people), "groups": _unclear(groups, teams)},
        hidden_skipped=len(unread),
        hidden_memberships=reader.concealed_rows,
        owners=owners.rows if owners else None,
    )


async def _owners(client: GraphClient, base: Base, teams: _Objects, owned: TeamGroups) -> OwnersRead:
    """Owners of the groups that become teams, as the round leaves them; a group that vanishes is gone."""
    groups = replaced(base.tables.groups, list(teams.there.values()), teams.gone)
    owners = await read_owners(client, texts(team_groups(groups, owned)["id"]))
    for group_id in owners.vanished:
        teams.there.pop(group_id, None)
        teams.gone.add(group_id)
    return owners


async def _rounds(client: GraphClient, base: Base) -> tuple[Round, Round]:
    """Both feeds to their ends. Raises FullNeeded when a token is refused, or when listing all would cost less."""
    found: dict[str, Round] = {}
    limit = full_units(base)

    def enough(read: Round) -> bool:
        return len(read.removed) + sum(len(other.removed) for other in found.values()) > limit

    async def read(collection: str) -> int:
        found[collection] = await follow(client, base.manifest.delta_links[collection], collection, enough)
        return 0

    try:
        await side_by_side(read("users"), read("groups"))
    except DeltaLost as error:
        raise FullNeeded(f"delta_lost ({error})") from error
    changed = sum(len(read.removed) for read in found.values())
    if changed > limit:
        raise FullNeeded("too_many_changes")
    return found["users"], found["groups"]


def full_units(base: Base) -> int:
    """What a full listing costs in resource units: 2 a page of 100 users, 1 of 999 groups, 2 for each group's members.

    An object read again costs 1, so this is also how many changes are worth reading one by one.
    """
    counts = base.manifest.counts
    member_pages = max(counts["groups"], counts["memberships"] // 999)
    return counts["users"] // 100 * 2 + counts["groups"] // 999 + member_pages * 2 + 2


def _calls(
    read: Round, base: Base, collection: str, one: Callable[[str], Call], unread: Collection[str] = ()
) -> list[tuple[str, Call]]:
    """Whom to ask for: everybody whom the feed names, those who were unclear the last time, and ``unread``."""
    ids = dict.fromkeys([*read.removed, *base.manifest.recheck.get(collection, []), *unread])
    return [(object_id, one(object_id)) for object_id in ids]


def _unclear(read: Round, objects: _Objects) -> list[str]:
    """Objects that are not what the feed said last: replicas may lag, so they are read again next time."""
    back = (i for i, removed in read.removed.items() if removed and i in objects.there)
    lost = (i for i, removed in read.removed.items() if not removed and i in objects.gone)
    return sorted({*back, *lost})


def _edges(
    groups: Round, appeared: dict[Edge, str | None], *, skip: Collection[str], present: dict[str, set[str]]
) -> dict[Edge, str | None]:
    """Edges that began or ended, of groups whose members are not listed anew.

    An edge to a user or group that is not there is none: deleted objects keep their memberships, unseen.
    """
    told = {(g, m): kind for g, members in groups.members.items() for m, kind in members.items()}
    found: dict[Edge, str | None] = {}
    for (group_id, member_id), kind in {**appeared, **told}.items():
        if group_id in skip or group_id not in present["group"]:
            continue
        seen = kind != NOT_LISTED and (kind not in present or member_id in present[kind])
        found[group_id, member_id] = kind if seen else None
    return found


def _reports(base: Base, gone: Collection[str]) -> set[str]:
    """Who reported to somebody who is gone."""
    users = base.tables.users
    if not gone or "manager_id" not in users.column_names:
        return set()
    below = pc.is_in(users["manager_id"], value_set=pa.array(list(gone), pa.string()))
    return {str(i) for i in users["id"].filter(below).to_pylist()} - set(gone)


def _concealed_rows(base: Base) -> list[Row]:
    groups = base.tables.groups
    return [row for row in groups.select(["id", "visibility"]).to_pylist() if is_concealed(row)]


def _ids(table: pa.Table) -> set[str]:
    return {str(i) for i in table["id"].to_pylist()}
