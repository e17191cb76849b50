"""The routes below ``/v1.0``: which handler answers, which permission it needs, what it costs.

A new endpoint is a row of ROUTES.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.server import delta, directory, groups, users
from sandbox.server.answering import check_token
from sandbox.server.errors import GraphRefusal, bad_request, forbidden
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.permissions import APPLICATION_READ, DELETED_GROUP_READ, GROUP_READ, ORGANIZATION_READ, USER_READ
from sandbox.server.tenant import Tenant
from sandbox.server.units import resource_units


@dataclass(frozen=True)
class Route:
    """One endpoint: groups of the pattern are the handler's further arguments."""

    kind: str
    pattern: re.Pattern[str]
    permissions: frozenset[str]
    handler: Callable[..., Reply]


def _route(kind: str, pattern: str, permissions: frozenset[str], handler: Callable[..., Reply]) -> Route:
    return Route(kind, re.compile(pattern), permissions, handler)


CAST = r"(?:/microsoft\.graph\.(\w+))?"
ROUTES = (
    _route("users", r"/users", USER_READ, users.list_users),
    _route("users/$count", r"/users/\$count", USER_READ, lambda t, r: users.count(t, r, "users")),
    _route(
        "users/delta",
        r"/users/(?:microsoft\.graph\.)?delta(?:\(\))?",
        USER_READ,
        delta.users,
    ),
    _route("user", r"/users/([^/]+)", USER_READ, users.get_user),
    _route("manager", r"/users/([^/]+)/manager", USER_READ, users.get_manager),
    _route("directReports", r"/users/([^/]+)/directReports", USER_READ, users.list_direct_reports),
    _route("groups", r"/groups", GROUP_READ, groups.list_groups),
    _route("groups/$count", r"/groups/\$count", GROUP_READ, lambda t, r: users.count(t, r, "groups")),
    _route(
        "groups/delta",
        r"/groups/(?:microsoft\.graph\.)?delta(?:\(\))?",
        GROUP_READ,
        delta.groups,
    ),
    _route("group", r"/groups/([^/]+)", GROUP_READ, groups.get_group),
    _route("members", rf"/groups/([^/]+)/(members){CAST}", GROUP_READ, groups.list_members),
    _route("transitiveMembers", rf"/groups/([^/]+)/(transitiveMembers){CAST}", GROUP_READ, groups.list_members),
    _route("memberOf", r"/(users)/([^/]+)/memberOf", USER_READ, groups.list_member_of),
    _route("memberOf", r"/(groups)/([^/]+)/memberOf", GROUP_READ, groups.list_member_of),
    _route("owners", rf"/groups/([^/]+)/(owners){CAST}", GROUP_READ, groups.list_members),
    _route("deletedItems", r"/directory/deletedItems/microsoft\.graph\.(user)", USER_READ, directory.list_deleted),
    _route(
        "deletedItems",
        r"/directory/deletedItems/microsoft\.graph\.(group)",
        DELETED_GROUP_READ,
        directory.list_deleted,
    ),
    _route("application", r"/applications\(appId='([^']+)'\)", APPLICATION_READ, directory.get_application),
    _route("organization", r"/organization", ORGANIZATION_READ, directory.get_organization),
)


async def answer_alone(tenant: Tenant, request: GraphRequest) -> Reply:
    """A request with a token of its own."""
    check_token(tenant, request)
    return await answer_item(tenant, request)


async def answer_item(tenant: Tenant, request: GraphRequest) -> Reply:
    """A request whose token has been seen: find its route, hold it against the permissions, answer."""
    for route in ROUTES:
        match = route.pattern.fullmatch(request.path)
        if match is None:
            continue
        tenant.counters.by_kind[route.kind] += 1
        query = request.query()
        found = tenant.continuations.get(query.get("$skiptoken", ""))
        units = resource_units(route.kind, found.query if found else query)
        tenant.throttle.charge(units)
        if request.method != "GET":
            raise GraphRefusal(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        if not tenant.may(route.permissions):
            raise forbidden()
        reply = route.handler(tenant, request, *match.groups())
        tenant.counters.resource_units += units
        reply.headers = {"x-ms-resource-unit": str(units), "OData-Version": "4.0"} | reply.headers
        return reply
    raise bad_request(f"Resource not found for the segment '{request.path.strip('/').split('/')[0]}'.", "BadRequest")
