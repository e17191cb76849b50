"""``/groups``: the list, one group, its members, nested members and owners."""

from __future__ import annotations

from typing import Any

from sandbox.company import Company
from sandbox.server.errors import bad_request, forbidden, not_found, unsupported
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.paging import page, start_or_continue
from sandbox.server.permissions import GROUP_READ, TYPE_READ
from sandbox.server.properties import GROUP_DEFAULT, render, select
from sandbox.server.tenant import Tenant
from sandbox.server.users import directory_object, filtered, find_user

KINDS = ("user", "group", "orgContact", "device", "servicePrincipal")


def list_groups(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /groups."""
    at = start_or_continue(tenant, request, "groups", lambda query: filtered(tenant, request, query, "groups"))
    if "$expand" in at.query:
        raise unsupported("This tenant does not expand groups; ask for /groups/{id}/members.")
    names = select(at.query.get("$select"), "group")
    groups = tenant.company.groups

    def rows(ids: list[str]) -> list[dict[str, Any]]:
        found = [group for group in map(groups.get, ids) if group is not None]
        return [render(group.attributes, names or GROUP_DEFAULT) for group in found]

    context = f"groups({','.join(names)})" if names else "groups"
    return Reply(body=page(tenant, request, at, ceiling=tenant.settings.groups_page, context=context, render=rows))


def get_group(tenant: Tenant, request: GraphRequest, key: str) -> Reply:
    """GET /groups/{id}."""
    group_id = _find(tenant, key)
    names = select(request.query().get("$select"), "group")
    context = {"@odata.context": f"{request.base}/$metadata#groups/$entity"}
    return Reply(body=context | render(tenant.company.groups[group_id].attributes, names or GROUP_DEFAULT))


def list_members(tenant: Tenant, request: GraphRequest, key: str, relation: str, cast: str | None = None) -> Reply:
    """GET /groups/{id}/members, transitiveMembers or owners, of all types or of the one that ``cast`` names."""
    group_id = _find(tenant, key)
    if cast is not None and cast not in KINDS:
        raise bad_request(f"The type 'microsoft.graph.{cast}' is not known here.", "BadRequest")
    unseen = relation != "owners" and concealed(tenant, group_id)
    if unseen and tenant.settings.hidden_members == "forbidden":
        raise forbidden()

    def related(query: dict[str, str]) -> list[str]:
        if "$filter" in query or "$expand" in query:
            raise unsupported("$filter and $expand are not supported on members here.")
        ids = [] if unseen else _related(tenant.company, group_id, relation)
        return [i for i in ids if tenant.company.kind(i) == cast] if cast else ids

    at = start_or_continue(tenant, request, f"{relation}:{group_id}:{cast}", related)
    names = select(at.query.get("$select"), cast if cast in ("user", "group") else "directoryObject")

    def rows(wanted: list[str]) -> list[dict[str, Any]]:
        return [_shown(tenant, i, names) for i in wanted if tenant.company.kind(i)]

    context = f"{cast}s" if cast else "directoryObjects"
    return Reply(body=page(tenant, request, at, ceiling=tenant.settings.members_page, context=context, render=rows))


def list_member_of(tenant: Tenant, request: GraphRequest, collection: str, key: str) -> Reply:
    """GET /users/{id}/memberOf and /groups/{id}/memberOf: the groups that have the object as a direct member."""
    object_id = find_user(tenant, key) if collection == "users" else _find(tenant, key)

    def holders(_: dict[str, str]) -> list[str]:
        return [
            group.id
            for group in list(tenant.company.groups.values())
            if object_id in group.member_ids and not concealed(tenant, group.id)
        ]

    at = start_or_continue(tenant, request, f"memberOf:{object_id}", holders)
    names = select(at.query.get("$select"), "directoryObject")

    def rows(wanted: list[str]) -> list[dict[str, Any]]:
        return [_shown(tenant, i, names) for i in wanted if tenant.company.kind(i)]

    ceiling = tenant.settings.members_page
    return Reply(body=page(tenant, request, at, ceiling=ceiling, context="directoryObjects", render=rows))


def _find(tenant: Tenant, key: str) -> str:
    if key.lower() not in tenant.company.groups:
        raise not_found(key)
    return key.lower()


def concealed(tenant: Tenant, group_id: str) -> bool:
    """Whether the members are not shown to this application."""
    hidden = tenant.company.groups[group_id].attributes.get("visibility") == "HiddenMembership"
    return hidden and "Member.Read.Hidden" not in tenant.settings.permissions


def _related(company: Company, group_id: str, relation: str) -> list[str]:
    if relation == "owners":
        return [owner for owner in company.groups[group_id].owner_ids if company.kind(owner)]
    return company.transitive_members(group_id) if relation == "transitiveMembers" else company.members(group_id)


def _shown(tenant: Tenant, object_id: str, names: tuple[str, ...] | None) -> dict[str, Any]:
    """A member; without the permission for its type only type and id are told, everything else is null."""
    if names == ("id",):
        # Most lists of members are asked for like this, and they are long.
        return {"@odata.type": f"#microsoft.graph.{tenant.company.kind(object_id)}", "id": object_id}
    shown = directory_object(tenant, object_id, names)
    needed = TYPE_READ.get(tenant.company.kind(object_id) or "", GROUP_READ)
    if tenant.may(needed):
        return shown
    return {name: value if name in ("@odata.type", "id") else None for name, value in shown.items()}
