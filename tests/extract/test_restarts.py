"""A page token that expires in the middle: the collection begins again, and what was read until then is thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entra_sync.errors import GraphError
from entra_sync.extract.chain import RESTARTS
from entra_sync.extract.snapshot import read_manifest, read_tables
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import Read

EXPIRED = {"error": {"code": "Directory_ExpiredPageToken", "message": "The specified page token value has expired."}}
LISTS = {"users": r"^/users\?.*skiptoken", "groups": r"^/groups\?.*skiptoken", "members": r"/members\?.*skiptoken"}


@pytest.fixture
def small_pages(tenant: SandboxTenant) -> None:
    tenant.settings.users_page = tenant.settings.groups_page = tenant.settings.members_page = 4


def snapshot(folder: Path) -> Any:
    uri = str(folder / "snapshot")
    return read_tables(uri, read_manifest(uri))


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("path", LISTS.values(), ids=LISTS)
def test_a_list_begins_again(tenant: SandboxTenant, read: Read, tmp_path: Path, path: str) -> None:
    fault = tenant.faults.add(Fault(path=path, status=400, body=EXPIRED, skip=1, times=2))

    manifest = read()

    assert tenant.faults.hits(fault) == 2
    assert manifest.traffic["restarts"] == 2
    assert manifest.complete
    users = snapshot(tmp_path).users["id"].to_pylist()
    assert sorted(users) == sorted(tenant.company.users)
    groups = snapshot(tmp_path).groups["id"].to_pylist()
    assert sorted(groups) == sorted(tenant.company.groups)
    edges = [(row["group_id"], row["member_id"]) for row in snapshot(tmp_path).memberships.to_pylist()]
    assert len(edges) == len(set(edges)) == sum(len(tenant.company.members(g)) for g in visible(tenant))


def visible(tenant: SandboxTenant) -> list[str]:
    groups = tenant.company.groups.items()
    return [g for g, group in groups if group.attributes.get("visibility") != "HiddenMembership"]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("path", LISTS.values(), ids=LISTS)
def test_it_does_not_begin_again_for_ever(tenant: SandboxTenant, read: Read, tmp_path: Path, path: str) -> None:
    fault = tenant.faults.add(Fault(path=path, status=400, body=EXPIRED))

    with pytest.raises(GraphError, match="Directory_ExpiredPageToken"):
        read()

    assert not (tmp_path / "snapshot" / "manifest.json").exists()
    assert tenant.faults.hits(fault) >= RESTARTS + 1


@pytest.mark.usefixtures("small_pages")
def test_what_was_read_before_the_restart_is_not_in_the_snapshot(
    tenant: SandboxTenant, read: Read, tmp_path: Path
) -> None:
    """Somebody of the first page is deleted while the token expires: the second reading knows nothing of them."""
    company = tenant.company
    first = next(iter(company.users))
    original = tenant.faults.match

    def delete_then_match(method: str, target: str) -> Fault | None:
        found = original(method, target)
        if found is not None and first in company.users:
            company.delete_user(first)
        return found

    tenant.faults.match = delete_then_match  # type: ignore[method-assign]
    tenant.faults.add(Fault(path=LISTS["users"], status=400, body=EXPIRED, skip=1, times=1))

    manifest = read()

    assert manifest.complete
    assert first not in snapshot(tmp_path).users["id"].to_pylist()
