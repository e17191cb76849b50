"""``/users``: the list with its managers, one user, the manager, the reports."""

from __future__ import annotations

import re
from typing import Any, Literal

from sandbox.server.errors import bad_request, forbidden, needs_consistency_level, not_found, unsupported
from sandbox.server.filters import Filter
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.paging import page, start_or_continue
from sandbox.server.properties import (
    GROUP,
    OTHER_DEFAULT,
    USER,
    USER_DEFAULT,
    USER_EXTRA_PERMISSION,
    render,
    select,
)
from sandbox.server.tenant import Tenant

TIPS = (
    "Use $select to choose only the properties your app needs, as this can lead to performance improvements. For "
    "example: GET users?$select=signInActivity,accountEnabled"
)


def list_users(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /users."""
    at = start_or_continue(tenant, request, "users", lambda query: filtered(tenant, request, query, "users"))
    names = user_names(tenant, at.query)
    expand = Expansion.of(at.query.get("$expand"), collection=True)
    if expand and request.eventual and "$count" in at.query:
        raise unsupported("$expand cannot be combined with advanced query capabilities.")
    users = tenant.company.users

    def rows(ids: list[str]) -> list[dict[str, Any]]:
        found = [user for user in map(users.get, ids) if user is not None]
        shown = [render(user.attributes, names or USER_DEFAULT) for user in found]
        if expand:
            for row, user in zip(shown, found, strict=True):
                row |= expand.member(tenant, user.id)
        return shown

    context = f"users({','.join(names)})" if names else "users"
    body = page(tenant, request, at, ceiling=tenant.settings.users_page, context=context, render=rows)
    if names is None:
        body["@microsoft.graph.tips"] = TIPS
    return Reply(body=body)


def get_user(tenant: Tenant, request: GraphRequest, key: str) -> Reply:
    """GET /users/{id or user principal name}."""
    user_id = find_user(tenant, key)
    query = request.query()
    names = user_names(tenant, query)
    expand = Expansion.of(query.get("$expand"), collection=False)
    body: dict[str, Any] = {"@odata.context": f"{request.base}/$metadata#users/$entity"}
    body |= render(tenant.company.users[user_id].attributes, names or USER_DEFAULT)
    return Reply(body=body | (expand.member(tenant, user_id) if expand else {}))


def get_manager(tenant: Tenant, request: GraphRequest, key: str) -> Reply:
    """GET /users/{id}/manager; without one it is 404, by design."""
    manager_id = tenant.company.manager_of(find_user(tenant, key))
    if manager_id is None:
        raise not_found("manager")
    names = select(request.query().get("$select"), "directoryObject")
    context = {"@odata.context": f"{request.base}/$metadata#directoryObjects/$entity"}
    return Reply(body=context | directory_object(tenant, manager_id, names))


def list_direct_reports(tenant: Tenant, request: GraphRequest, key: str) -> Reply:
    """GET /users/{id}/directReports."""
    user_id = find_user(tenant, key)
    users = tenant.company.users

    def reports(_: dict[str, str]) -> list[str]:
        return [user.id for user in list(users.values()) if user.manager_id == user_id]

    at = start_or_continue(tenant, request, f"directReports:{user_id}", reports)
    names = select(at.query.get("$select"), "directoryObject")

    def rows(ids: list[str]) -> list[dict[str, Any]]:
        return [directory_object(tenant, i, names) for i in ids if i in users]

    return Reply(body=page(tenant, request, at, ceiling=None, context="directoryObjects", render=rows))


def count(tenant: Tenant, request: GraphRequest, collection: Literal["users", "groups"]) -> Reply:
    """GET /users/$count and /groups/$count."""
    if not request.eventual:
        raise bad_request("$count is not currently supported.")
    query = request.query() | {"$count": "true"}
    number = len(filtered(tenant, request, query, collection)) + tenant.settings.count_offset.get(collection, 0)
    return Reply(text=str(number), headers={"Content-Type": "text/plain"})


def filtered(
    tenant: Tenant, request: GraphRequest, query: dict[str, str], collection: Literal["users", "groups"]
) -> list[str]:
    """Ids of a collection after ``$filter``."""
    ids = tenant.listing(collection)
    if "$filter" not in query:
        return ids
    wanted = Filter(query["$filter"], USER if collection == "users" else GROUP)
    if wanted.advanced and not (request.eventual and query.get("$count", "").lower() == "true"):
        raise needs_consistency_level(wanted.advanced)
    objects: dict[str, Any] = dict(tenant.company.users if collection == "users" else tenant.company.groups)
    return [i for i in ids if i in objects and wanted.test(objects[i].attributes)]


def user_names(tenant: Tenant, query: dict[str, str]) -> tuple[str, ...] | None:
    """The selected properties; some need a permission of their own."""
    names = select(query.get("$select"), "user")
    for name in names or ():
        needed = USER_EXTRA_PERMISSION.get(name)
        if needed and needed not in tenant.settings.permissions:
            raise forbidden()
    return names


def find_user(tenant: Tenant, key: str) -> str:
    """The id of a user named by id or by user principal name."""
    if key.lower() in tenant.company.users:
        return key.lower()
    for user in list(tenant.company.users.values()):
        if "@" in key and str(user.attributes.get("userPrincipalName")).lower() == key.lower():
            return user.id
    raise not_found(key)


def directory_object(tenant: Tenant, object_id: str, names: tuple[str, ...] | None) -> dict[str, Any]:
    """A typed entry of a list of mixed objects."""
    kind = tenant.company.kind(object_id) or "directoryObject"
    attributes = tenant.company.attributes(object_id)
    shown: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}", "id": object_id}
    if kind == "user":
        return shown | render(attributes, names or USER_DEFAULT)
    if kind == "group":
        return shown | render(attributes, tuple(n for n in names or GROUP if n in GROUP))
    own = OTHER_DEFAULT.get(kind, ("id",))
    return shown | render(attributes, tuple(n for n in names or own if n in own))


class Expansion:
    """``$expand=manager`` or ``$expand=manager($select=id,...)``."""

    def __init__(self, names: tuple[str, ...] | None) -> None:
        self.names = names

    @classmethod
    def of(cls, text: str | None, *, collection: bool) -> Expansion | None:
        """Read the option; only the manager can be expanded."""
        if text is None:
            return None
        match = re.fullmatch(r"manager(?:\((.*)\))?", text)
        if match is None:
            raise unsupported(f"The expansion '{text[:80]}' is not supported here.")
        options = dict(part.partition("=")[::2] for part in (match[1] or "").split(";") if part)
        if "$levels" in options and collection:
            raise unsupported(
                "Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} "
                "endpoint"
            )
        if options.keys() - {"$select"}:
            raise unsupported(f"The options of the expansion '{text[:80]}' are not supported.")
        return cls(select(options.get("$select"), "directoryObject"))

    def member(self, tenant: Tenant, user_id: str) -> dict[str, Any]:
        """The ``manager`` member of a user, absent (or null) when there is none."""
        user = tenant.company.users.get(user_id)
        manager_id = tenant.company.manager_of(user_id) if user else None
        if manager_id is None:
            return {"manager": None} if tenant.settings.manager_null else {}
        return {"manager": directory_object(tenant, manager_id, self.names)}
