"""A running tenant for every test of the server, and a plain client for it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.server.throttle import Throttle
from sandbox.testing import SandboxTenant

EVENTUAL = {"ConsistencyLevel": "eventual"}


class Client:
    """GETs below the base address with a valid token; answers as they come."""

    def __init__(self, tenant: SandboxTenant) -> None:
        self.tenant = tenant
        self.http = httpx.Client(
            base_url=tenant.base_url, verify=ssl.create_default_context(cafile=str(tenant.ca_file)), trust_env=False
        )
        self.http.headers["Authorization"] = f"Bearer {tenant.tenant.issue_token('https://graph.microsoft.com')}"

    def get(self, url: str, **headers: str) -> httpx.Response:
        """One GET; ``url`` may be a nextLink."""
        return self.http.get(url, headers=headers)

    def rows(self, url: str, **headers: str) -> list[dict[str, Any]]:
        """A whole list, page by page."""
        found: list[dict[str, Any]] = []
        link: str | None = url
        while link is not None:
            answer = self.get(link, **headers)
            assert answer.status_code == 200, answer.text
            found += answer.json()["value"]
            link = answer.json().get("@odata.nextLink")
        return found

    def error(self, url: str, **headers: str) -> tuple[int, str]:
        """Status and code of a refusal."""
        answer = self.get(url, **headers)
        return answer.status_code, answer.json()["error"]["code"]

    def batch(self, *items: dict[str, Any]) -> httpx.Response:
        """One ``$batch``."""
        return self.http.post("/$batch", json={"requests": list(items)})


def stop_the_clock(running: SandboxTenant) -> None:
    """For the quota no time passes any more: how quick the machine is decides nothing."""
    tenant = running.tenant
    tenant.throttle = Throttle(tenant.settings, tenant.counters, tenant.app, clock=lambda: 0.0)


@pytest.fixture
def tenant() -> Iterator[SandboxTenant]:
    """A tenant of 250 people and 30 groups."""
    with SandboxTenant(users=250, groups=30) as running:
        yield running


@pytest.fixture
def client(tenant: SandboxTenant) -> Iterator[Client]:
    """A client of the tenant."""
    made = Client(tenant)
    with made.http:
        yield made
