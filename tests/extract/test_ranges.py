"""The list of users read in ranges side by side: everybody, once; and one chain where ranges do not work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.errors import GraphError
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import QUICK

ACCOUNT = AccountConfig(account="contoso", name="Contoso Ltd")


@pytest.fixture(scope="module")
def company() -> Iterator[SandboxTenant]:
    with SandboxTenant(users=1500, groups=3) as running:
        yield running


@pytest.fixture
def tenant(company: SandboxTenant) -> Iterator[SandboxTenant]:
    yield company
    company.faults.clear()


@pytest.fixture
def read(tenant: SandboxTenant, tmp_path: Path) -> Callable[[int], Manifest]:
    def run(number: int) -> Manifest:
        folder = UPath(tmp_path / "landing" / str(number))
        return extract_tenant(tenant.entra_connection(), ACCOUNT, folder, run_id=number, mode="full", retry=QUICK)

    return run


def users(folder: Path, number: int) -> list[Any]:
    uri = str(folder / "landing" / str(number))
    return sorted(read_tables(uri, read_manifest(uri)).users["id"].to_pylist())


def test_the_first_reading_cuts_by_letters(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path
) -> None:
    manifest = read(1)

    assert manifest.complete
    assert manifest.plan is not None
    assert manifest.plan.endswith("ranges")
    assert users(tmp_path, 1) == sorted(tenant.company.users)


def test_the_next_one_cuts_by_the_names_of_the_first(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path
) -> None:
    read(1)
    tenant.counters.reset()

    manifest = read(2)

    assert manifest.plan == "3 ranges"
    assert users(tmp_path, 2) == sorted(tenant.company.users)
    assert tenant.counters.by_kind["users/$count"] == 2, "before and after, and none to find the borders"


def test_refused_ranges_lead_back_to_one_chain(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path
) -> None:
    tenant.faults.add(Fault(path=r"^/users\?.*filter=.*expand=", status=400))

    manifest = read(1)

    assert manifest.complete
    assert manifest.plan == "one chain: ranges were refused (HTTP 400 Request_BadRequest)"
    assert users(tmp_path, 1) == sorted(tenant.company.users)


def test_refused_counts_of_ranges_cost_only_their_balance(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path
) -> None:
    tenant.faults.add(Fault(path=r"^/users/\$count\?", status=400))

    manifest = read(1)

    assert manifest.complete
    assert manifest.plan == "37 ranges"
    assert users(tmp_path, 1) == sorted(tenant.company.users)


def test_ranges_that_leave_somebody_out_lead_back_to_one_chain(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path
) -> None:
    tenant.faults.add(Fault(path=r"^/users\?.*filter=", status=200, body={"value": []}, times=1))

    manifest = read(1)

    assert manifest.complete
    assert manifest.plan is not None
    assert manifest.plan.startswith("one chain: ranges gave ")
    assert users(tmp_path, 1) == sorted(tenant.company.users)


@pytest.mark.parametrize("status", [403, 503])
def test_a_failed_range_fails_the_reading(
    tenant: SandboxTenant, read: Callable[[int], Manifest], tmp_path: Path, status: int
) -> None:
    tenant.faults.add(Fault(path=r"^/users\?.*filter=", status=status, skip=1))

    with pytest.raises(GraphError) as error:
        read(1)

    assert error.value.status == status
    assert not (tmp_path / "landing" / "1" / "manifest.json").exists()


def test_no_address_of_a_person_travels_in_a_link(tenant: SandboxTenant, read: Callable[[int], Manifest]) -> None:
    seen: list[str] = []
    original = tenant.faults.match

    def note(method: str, target: str) -> Fault | None:
        seen.append(target)
        return original(method, target)

    read(1)
    tenant.faults.match = note  # type: ignore[method-assign]
    try:
        read(2)
    finally:
        del tenant.faults.match  # type: ignore[method-assign]

    assert any("filter=" in target for target in seen)
    assert not any("%40" in target or "@" in target for target in seen)
