"""``/users``: the list with its managers, one user, the manager, the reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.company import Group, User
from sandbox.server.errors import bad_request, forbidden, needs_consistency_level, not_found, unsupported
from sandbox.server.filters import Filter
from sandbox.server.listings import Collection
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.paging import page, start_or_continue
from sandbox.server.properties import (
    GROUP,
    OTHER_DEFAULT,
    USER,
    USER_DEFAULT,
    USER_EXTRA_PERMISSION,
    render,
    render_all,
    select,
)
from sandbox.server.tenant import Tenant

TIPS = (
    "Use $select to choose only the properties your app needs, as this can lead to performance improvements. For "
    "example: GET users?$select=signInActivity,accountEnabled"
)


def list_users(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /users."""
    missing = tenant.settings.users_missing
    at = start_or_continue(tenant, request, "users", lambda query: filtered(tenant, request, query, "users", missing))
    names = user_names(tenant, at.query)
    expand = Expansion.of(at.query.get("$expand"), collection=True)
    if expand and request.eventual and "$count" in at.query:
        raise unsupported("$expand cannot be combined with advanced query capabilities.")
    if expand and "$filter" in at.query and not tenant.settings.expand_with_filter:
        raise unsupported("$expand cannot be combined with $filter.")
    users = tenant.company.users

    def rows(ids: list[str]) -> list[dict[str, Any]]:
        found = [user for user in map(users.get, ids) if user is not None]
        shown = render_all([user.attributes for user in found], names or USER_DEFAULT)
        if expand:
            for row, user in zip(shown, found, strict=True):
                row.update(expand.member(tenant, user))
        return shown

    context = f"users({','.join(names)})" if names else "users"
    body = page(tenant, request, at, ceiling=tenant.settings.users_page, context=context, render=rows)
    if "@odata.count" in body:
        body["@odata.count"] = number(tenant, request, at.query, "users")
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
    user = tenant.company.users[user_id]
    body |= render(user.attributes, names or USER_DEFAULT)
    return Reply(body=body | (expand.member(tenant, user) if expand else {}))


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


def count(tenant: Tenant, request: GraphRequest, collection: Collection) -> Reply:
    """GET /users/$count and /groups/$count."""
    if not request.eventual:
        raise bad_request("$count is not currently supported.")
    query = request.query() | {"$count": "true"}
    return Reply(text=str(number(tenant, request, query, collection)), headers={"Content-Type": "text/plain"})


def number(tenant: Tenant, request: GraphRequest, query: dict[str, str], collection: Collection) -> int:
    """What ``$count`` says of a query: the truth, unless the settings say otherwise."""
    settings = tenant.settings
    missing = settings.users_missing if settings.count_follows_list else 0.0
    return len(filtered(tenant, request, query, collection, missing)) + settings.count_offset.get(collection, 0)


def filtered(
    tenant: Tenant, request: GraphRequest, query: dict[str, str], collection: Collection, missing: float = 0.0
) -> list[str]:
    """Ids of a collection after ``$filter``, of users without a share ``missing``; shared, never to be changed."""
    missing = missing if collection == "users" else 0.0
    if "$filter" not in query:
        return tenant.listings.ids(collection, missing)
    wanted = Filter(query["$filter"], USER if collection == "users" else GROUP)
    if wanted.advanced and not (request.eventual and query.get("$count", "").lower() == "true"):
        raise needs_consistency_level(wanted.advanced)
    if "userPrincipalName" in wanted.ordered and not tenant.settings.range_filters:
        raise unsupported("Unsupported property filter clause 'userPrincipalName'.")
    if collection == "users" and (range_ := wanted.range_of("userPrincipalName")):
        return tenant.listings.names(missing).between(range_)
    objects: Mapping[str, User | Group] = tenant.company.users if collection == "users" else tenant.company.groups
    found = map(objects.get, tenant.listings.ids(collection, missing))
    return [item.id for item in found if item is not None and wanted.test(item.attributes)]


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
    found = tenant.listings.names().find(key) if "@" in key else None
    if found is None:
        raise not_found(key)
    return found


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

    def member(self, tenant: Tenant, user: User) -> dict[str, Any]:
        """The ``manager`` member of a user, absent (or null) when there is none."""
        manager_id = user.manager_id
        if manager_id is None or tenant.company.kind(manager_id) is None:
            return {"manager": None} if tenant.settings.manager_null else {}
        if self.names == ("id",) and manager_id in tenant.company.users:
            # What a sync of a whole tenant asks for, once per user.
            return {"manager": {"@odata.type": "#microsoft.graph.user", "id": manager_id}}
        return {"manager": directory_object(tenant, manager_id, self.names)}
