"""The rest of the directory: deleted items and the organisation."""

from __future__ import annotations

from typing import Any

from sandbox.server.errors import not_found
from sandbox.server.messages import GraphRequest, Reply
from sandbox.server.paging import page, start_or_continue
from sandbox.server.properties import GROUP_DEFAULT, USER_DEFAULT, render, select
from sandbox.server.tenant import Tenant


def list_deleted(tenant: Tenant, request: GraphRequest, cast: str) -> Reply:
    """GET /directory/deletedItems/microsoft.graph.user or .group."""
    objects: dict[str, Any] = dict(tenant.company.deleted_users if cast == "user" else tenant.company.deleted_groups)
    at = start_or_continue(tenant, request, f"deleted:{cast}", lambda _: list(objects))
    default = USER_DEFAULT if cast == "user" else GROUP_DEFAULT
    names = select(at.query.get("$select"), cast) or (*default, "deletedDateTime")

    def rows(ids: list[str]) -> list[dict[str, Any]]:
        return [render(objects[i].attributes, names) for i in ids if i in objects]

    return Reply(body=page(tenant, request, at, ceiling=None, context=f"{cast}s", render=rows))


def get_organization(tenant: Tenant, request: GraphRequest) -> Reply:
    """GET /organization: the tenant's name and verified domains."""
    company = tenant.company
    domains = [
        {"name": company.domain, "isDefault": True, "isInitial": False, "type": "Managed"},
        {"name": company.initial_domain, "isDefault": False, "isInitial": True, "type": "Managed"},
    ]
    value: dict[str, Any] = {
        "id": tenant.app.tenant_id,
        "displayName": company.name,
        "tenantType": "AAD",
        "verifiedDomains": domains,
    }
    names = request.query().get("$select")
    if names:
        value = {name: value.get(name) for name in names.split(",")}
    return Reply(body={"@odata.context": f"{request.base}/$metadata#organization", "value": [value]})


def get_application(tenant: Tenant, request: GraphRequest, app_id: str) -> Reply:
    """GET /applications(appId='...'): the application's own registration."""
    app, settings = tenant.app, tenant.settings
    if app_id.lower() != app.client_id:
        raise not_found(app_id)
    uris = [f"api://{app.client_id}"] if settings.identifier_uris is None else settings.identifier_uris
    secrets = [app.client_secret, *settings.further_secrets]
    value: dict[str, Any] = {
        "id": app.client_id,
        "appId": app.client_id,
        "displayName": "PeopleGoal directory sync",
        "identifierUris": uris,
        "passwordCredentials": [{"hint": secret[:3], "endDateTime": settings.secret_ends} for secret in secrets],
        "keyCredentials": [],
    }
    names = request.query().get("$select")
    return Reply(body={name: value[name] for name in names.split(",") if name in value} if names else value)
