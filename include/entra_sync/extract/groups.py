"""Groups: one chain of pages, 999 at a time, then the owners and the members of those that
may be asked (docs/graph.md, 3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

from entra_sync.config.teams import TeamGroups
from entra_sync.errors import GraphProtocolError
from entra_sync.extract.calls import Call, Row
from entra_sync.extract.chain import read_chain
from entra_sync.extract.client import GraphClient
from entra_sync.extract.columns import record_batch
from entra_sync.extract.completeness import Absent, Judge, ask_for
from entra_sync.extract.group_lists import PERMISSION
from entra_sync.extract.members import MemberReader
from entra_sync.extract.owners import OwnersRead, read_owners
from entra_sync.extract.select import GROUP_SELECT, OWNERS, schema
from entra_sync.extract.snapshot import Certificate, TableWriter
from entra_sync.groups import team_groups, texts


@dataclass(frozen=True, kw_only=True)
class GroupsRead:
    """Certificates of groups, members and, where they were read, owners; how many groups' hidden members were not
    asked for."""

    certificate: dict[str, Certificate]
    hidden_skipped: int
    hidden_memberships: int
    owners: int | None


async def read_groups(
    client: GraphClient,
    groups: TableWriter,
    memberships: TableWriter,
    judge: Judge,
    *,
    hidden: bool,
    known: Collection[str],
    owned: TeamGroups | None = None,
) -> GroupsRead:
    """Write every group and every direct membership.

    Members of a group with hidden membership are asked for only with ``hidden``: they need a permission of their own.
    ``known``: ids of the groups that PeopleGoal has teams for; one that is not listed is asked for by id.
    ``owned``: which groups become teams, when their owners are wanted.
    """
    rows, pages = await _listing(client)
    counted = await client.count("groups", PERMISSION)
    why = judge.why_not("groups", len(rows), counted)
    absent = Absent()
    if why is None:
        absent = await ask_for(client, [(g, group_call(g)) for g in known if g not in rows])
        rows |= {row["id"]: row for row in absent.there}
    listed = len(rows)
    owners = await _add_owners(client, rows, owned) if owned else None
    concealed = {g for g, row in rows.items() if is_concealed(row)}
    reader = MemberReader(client, memberships.write)
    await reader.read([g for g in rows if hidden or g not in concealed], concealed)
    present = [row for g, row in rows.items() if g not in reader.vanished]
    groups.write(record_batch(present, groups.schema))
    members_why = judge.why_not_members(memberships.rows, reader.concealed_rows)
    certificate = {
        "groups": judge.certificate("groups", pages=pages, rows=listed, counted=counted, why=why, absent=absent),
        "members": judge.certificate(
            "memberships", pages=reader.pages, rows=memberships.rows, counted=None, why=members_why
        ),
    }
    if owners is not None:
        certificate["owners"] = judge.certificate(
            "owners",
            pages=owners.pages,
            rows=owners.rows,
            counted=None,
            why=judge.why_not("owners", owners.rows, None),
        )
    return GroupsRead(
        certificate=certificate,
        hidden_skipped=0 if hidden else len(concealed),
        hidden_memberships=reader.concealed_rows,
        owners=owners.rows if owners else None,
    )


def group_call(group_id: str) -> Call:
    """One group as it is now."""
    return Call(url=f"/groups/{group_id}?$select={','.join(GROUP_SELECT)}", permission=PERMISSION)


def is_concealed(group: Row) -> bool:
    """Whether members are told only to who has a permission of its own."""
    return group.get("visibility") == "HiddenMembership"


async def _add_owners(client: GraphClient, rows: dict[str, Row], owned: TeamGroups) -> OwnersRead:
    """Put the owners into the rows of the groups that become teams; take out the groups that are gone meanwhile."""
    batch = record_batch(list(rows.values()), schema(GROUP_SELECT))
    chosen = team_groups(pa.Table.from_batches([batch]), owned)
    owners = await read_owners(client, texts(chosen["id"]))
    for group_id, ids in owners.of_group.items():
        rows[group_id][OWNERS] = ids
    for group_id in owners.vanished:
        del rows[group_id]
    return owners


async def _listing(client: GraphClient) -> tuple[dict[str, Row], int]:
    """Every group by id, and the pages."""
    first = Call(url=f"/groups?$select={','.join(GROUP_SELECT)}&$top=999", permission=PERMISSION)
    chain = await read_chain(client, first, list)
    by_id: dict[str, Row] = {}
    for page in chain.kept:
        for row in page:
            if not isinstance(row.get("id"), str):
                raise GraphProtocolError("GET /groups answered with a group that has no id.")
            by_id.setdefault(row["id"], row)
    return by_id, chain.pages
