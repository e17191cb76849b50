"""dlt's rest_api source: users with ``$expand=manager``, groups, and members as a resource that depends on groups.

Read straight out of the source, which is dlt's extract step without its normalising and loading. Runs in
``.venv-peers``. https://dlthub.com/docs/dlt-ecosystem/verified-sources/rest_api
"""

from __future__ import annotations

import os
from typing import Any

import requests
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials  # type: ignore[import-not-found]
from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

from bench.peers.rows import Rows, report


def read(given: dict[str, Any]) -> Rows:
    """Read the tenant with ``concurrency`` worker threads."""
    os.environ["EXTRACT__WORKERS"] = os.environ["EXTRACT__MAX_PARALLEL_ITEMS"] = str(given["concurrency"])
    rows = Rows()
    for row in source(given["connection"], given["user_select"], given["group_select"], given["concurrency"]):
        if "_groups_id" in row:
            rows.memberships.add((row["_groups_id"], row["id"]))
        elif "groupTypes" in row:
            rows.groups.add(row["id"])
        else:
            rows.user(row)
    return rows


def source(connection: dict[str, Any], user_select: str, group_select: str, concurrency: int) -> Any:
    """The three resources."""
    extra = connection["extra"]
    session = requests.Session()
    # The environment's CA bundle would win over the sandbox's.
    session.trust_env, session.verify = False, extra["verify"]
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=concurrency))
    auth = OAuth2ClientCredentials(
        access_token_url=f"{extra['authority']}/{extra['tenant_id']}/oauth2/v2.0/token",
        client_id=connection["login"],
        client_secret=connection["password"],
        access_token_request_data={"scope": "https://graph.microsoft.com/.default"},
        session=session,
    )
    users = {"$select": user_select, "$expand": "manager($select=id)", "$top": 100}
    members = {
        "path": "groups/{resources.groups.id}/members",
        "params": {"$select": "id", "$top": 999},
        # A group with hidden members answers 403 to an application without Member.Read.Hidden.
        "response_actions": [{"status_code": 403, "action": "ignore"}],
    }
    return rest_api_source(
        {
            "client": {
                "base_url": f"{extra['base_url']}/",
                "auth": auth,
                "session": session,
                "paginator": {"type": "json_link", "next_url_path": "'@odata.nextLink'"},
            },
            "resource_defaults": {"parallelized": True, "endpoint": {"data_selector": "value"}},
            "resources": [
                {"name": "users", "endpoint": {"path": "users", "params": users}},
                {"name": "groups", "endpoint": {"path": "groups", "params": {"$select": group_select, "$top": 999}}},
                {"name": "members", "include_from_parent": ["id"], "endpoint": members},
            ],
        }
    )


if __name__ == "__main__":
    report(read)
