"""The permission of each dataset, tried with a call for one row, and whether a consent or a permission is missing."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from entra_sync.config.connection import EntraConnection
from entra_sync.doctor.findings import Finding, step
from entra_sync.errors import EntraSyncError, PermissionMissing
from entra_sync.extract.calls import Call, page_of
from entra_sync.extract.client import GraphClient
from entra_sync.extract.retry import RetryPolicy

RETRY = RetryPolicy(attempts=2)
PERMISSIONS, CONSENT = "permissions", "admin-consent"
WIDE = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
# What opens the same data; hidden members are opened by their own permission only
# (https://learn.microsoft.com/graph/permissions-reference).
OPENED_BY = {
    "User.Read.All": WIDE | {"User.Read.All", "User.ReadWrite.All"},
    "GroupMember.Read.All": WIDE
    | {"GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"},
    "Member.Read.Hidden": frozenset({"Member.Read.Hidden"}),
}
EMPTY = "granted, but the answer is empty"


@dataclass(frozen=True)
class Dataset:
    """One kind of data, and the call that tries it."""

    what: str
    permission: str
    url: str


DATASETS = (
    Dataset("users", "User.Read.All", "/users?$select=id&$top=1"),
    Dataset("managers", "User.Read.All", "/users?$select=id&$expand=manager($select=id)&$top=1"),
    Dataset("groups", "GroupMember.Read.All", "/groups?$select=id,visibility&$top=999"),
)
FEEDS = (
    Dataset("changes of users", "User.Read.All", "/users/delta?$select=id&$deltatoken=latest"),
    Dataset("changes of groups", "GroupMember.Read.All", "/groups/delta?$select=id&$deltatoken=latest"),
)


def examine(name: str, connection: EntraConnection, token: str, *, hidden: bool) -> Iterator[Finding]:
    """Users, managers, groups, members, hidden members when they are wanted, and the change feeds."""
    roles = roles_of(token)
    answers = asyncio.run(_ask(connection, hidden=hidden))
    refused = [dataset for dataset, answer in answers.items() if _is_refusal(answer)]
    all_are = len(refused) == sum(bool(dataset.url) for dataset in answers)
    consent_is_missing = bool(refused) and (roles == [] if roles is not None else all_are)
    for dataset, answer in answers.items():
        tried = f"{name}: read {dataset.what} ({dataset.permission})"
        if isinstance(answer, EntraSyncError) and dataset in FEEDS:
            found = f"no change feed: {answer.message}"
            yield Finding(tried=tried, level="warn", found=found, advice="Without it every run is a full one.")
        elif dataset in refused or (answer == EMPTY and _lacks(roles, dataset)):
            yield _refused(tried, dataset, roles, consent_is_missing=consent_is_missing)
        elif isinstance(answer, EntraSyncError):
            yield Finding(tried=tried, level="fail", found=answer.message, advice=answer.hint, step=step(PERMISSIONS))
        else:
            yield Finding(tried=tried, level="ok", found=answer, step=step(PERMISSIONS))
    if not hidden:
        tried = f"{name}: read hidden members (Member.Read.Hidden)"
        yield Finding(tried=tried, level="ok", found="not needed: teams.from_groups.hidden is false")


def roles_of(token: str) -> list[str] | None:
    """The application permissions in a token; None when it cannot be read."""
    parts = token.split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        roles = claims.get("roles", [])
    except (IndexError, binascii.Error, ValueError, AttributeError):
        return None
    return [str(role) for role in roles] if isinstance(roles, list) else None


def _is_refusal(answer: str | EntraSyncError) -> bool:
    return isinstance(answer, PermissionMissing) and answer.status == 403


def _lacks(roles: list[str] | None, dataset: Dataset) -> bool:
    """Whether the token is known to be without the permission: hidden members may come as an empty list then."""
    return roles is not None and OPENED_BY[dataset.permission].isdisjoint(roles)


def _refused(tried: str, dataset: Dataset, roles: list[str] | None, *, consent_is_missing: bool) -> Finding:
    if consent_is_missing:
        found = "refused, as everything is: no application permission is in force"
        advice = f"An administrator has to grant admin consent; {dataset.permission} must be among the permissions."
        return Finding(tried=tried, level="fail", found=found, advice=advice, step=step(CONSENT))
    if roles is not None and not _lacks(roles, dataset):
        found = f"refused, though the token has {', '.join(sorted(OPENED_BY[dataset.permission].intersection(roles)))}"
        advice = "A consent that was granted just now takes some minutes; try again then."
        return Finding(tried=tried, level="fail", found=found, advice=advice, step=step(CONSENT))
    found = f"refused: the application permission {dataset.permission} is missing"
    advice = f"Add {dataset.permission} as an application permission (not delegated), and grant admin consent again."
    return Finding(tried=tried, level="fail", found=found, advice=advice, step=step(PERMISSIONS))


async def _ask(connection: EntraConnection, *, hidden: bool) -> dict[Dataset, str | EntraSyncError]:
    """Ask for each dataset; what came back, in words, or what was raised."""
    found: dict[Dataset, str | EntraSyncError] = {}
    async with GraphClient(connection, retry=RETRY) as client:

        async def ask(dataset: Dataset) -> list[dict[str, object]]:
            try:
                body = await client.get(Call(url=dataset.url, permission=dataset.permission))
                rows, _ = page_of(body, dataset.url)
            except EntraSyncError as error:
                found[dataset] = error
                return []
            found[dataset] = "granted" if rows or dataset in FEEDS else EMPTY
            return rows

        groups: list[dict[str, object]] = []
        for dataset in DATASETS:
            groups = await ask(dataset)
        concealed = [g for g in groups if g.get("visibility") == "HiddenMembership"]
        shown = [g for g in groups if g not in concealed]
        if shown:
            await ask(_members("members", "GroupMember.Read.All", shown[0]))
        if hidden and concealed:
            await ask(_members("hidden members", "Member.Read.Hidden", concealed[0]))
        elif hidden:
            untried = Dataset("hidden members", "Member.Read.Hidden", "")
            found[untried] = "not tried: no group with hidden membership was found among the first 999"
        for dataset in FEEDS:
            await ask(dataset)
    return found


def _members(what: str, permission: str, group: dict[str, object]) -> Dataset:
    return Dataset(what, permission, f"/groups/{group['id']}/members?$select=id&$top=1")
