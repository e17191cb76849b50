"""Against a tenant that limits resource units: complete, hardly ever refused, and never early."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.extract import client
from entra_sync.extract.retry import parse_retry_after
from entra_sync.extract.snapshot import Manifest
from entra_sync.extract.tenant import extract_tenant
from sandbox.build import build_company
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant

ACCOUNT = AccountConfig(account="contoso", name="Contoso Ltd")


@pytest.fixture(scope="module")
def large() -> Iterator[SandboxTenant]:
    """A full reading costs about 5,200 units, one and a half times the quota of a small tenant."""
    with SandboxTenant(build_company(users=1200, groups=2500, memberships=4000)) as running:
        yield running


def read(tenant: SandboxTenant, folder: Path) -> Manifest:
    return extract_tenant(tenant.entra_connection(), ACCOUNT, UPath(folder / "landing" / "1"), run_id=1)


@pytest.mark.parametrize("window", ["bucket", "sliding", "fixed"])
def test_under_the_quota_of_a_small_tenant_hardly_a_request_is_refused(
    large: SandboxTenant, tmp_path: Path, window: Any
) -> None:
    """However the service counts its ten seconds: below 2 % of the requests, and none before Retry-After allowed it."""
    large.settings.quota, large.settings.quota_window = "S", window
    large.counters.reset()

    manifest = read(large, tmp_path)

    calls = manifest.traffic["requests"] + manifest.traffic["batch_items"]
    assert manifest.complete
    assert manifest.traffic["resource_units"] > 4500
    assert large.counters.throttled <= 0.02 * calls
    assert large.counters.too_early == 0


class Sent:
    """When requests left, and until when nothing may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.early: list[str] = []
        self.pauses = 0
        self.not_before = 0.0
        original = httpx.AsyncClient

        def made(**settings: Any) -> httpx.AsyncClient:
            return original(**settings, event_hooks={"request": [self.request], "response": [self.response]})

        monkeypatch.setattr(client.httpx, "AsyncClient", made)

    async def request(self, request: httpx.Request) -> None:
        if time.monotonic() < self.not_before:
            self.early.append(request.url.path)

    async def response(self, response: httpx.Response) -> None:
        # Until the answer has come whole nobody can know what it says.
        await response.aread()
        now = time.monotonic()
        waits = [response.headers.get("retry-after")] if response.status_code == 429 else []
        if response.request.url.path.endswith("/$batch"):
            items = response.json().get("responses", []) if response.is_success else []
            waits += [item["headers"].get("Retry-After") for item in items if item["status"] == 429]
        for wait in filter(None, waits):
            self.pauses += 1
            self.not_before = max(self.not_before, now + float(wait))


@pytest.mark.parametrize(
    "path", [r"^/users\?", r"^/groups/[^/]+/members", r"^/users/delta", r"\$count"], ids=lambda path: path
)
@pytest.mark.parametrize("wait", ["1", "0.6"])
def test_no_request_leaves_before_retry_after_allows_it(
    tenant: SandboxTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, wait: str
) -> None:
    """Measured where they leave: no request of any kind, not only the one that was refused."""
    sent = Sent(monkeypatch)
    tenant.settings.users_page = tenant.settings.members_page = 5
    tenant.faults.add(Fault(path=path, status=429, headers={"Retry-After": wait}, times=2))

    manifest = read(tenant, tmp_path)

    assert manifest.complete
    assert sent.pauses >= 1
    assert sent.early == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("10", 10),
        ("1.5", 1.5),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10),
        ("Sun Nov  6 08:49:47 1994", 10),
        ("Sun, 06 Nov 1994 08:49:47 -0000", 10),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("soon", None),
        ("Sun, 06 Nov 99999999999999999999 08:49:47 GMT", None),
        (None, None),
    ],
)
def test_every_form_of_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)) == seconds
