"""Owners of groups: read when one of them may lead, every night, and never in part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.errors import GraphError, PermissionMissing
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables, write_manifest
from entra_sync.extract.tenant import extract_tenant
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import QUICK

OWNERS = r"^/groups/[^/]+/owners"
OWNED: dict[str, Any] = {"teams": {"from_groups": {"lead": "owner", "exclude": ["Project*"]}}}


class Nights:
    """One reading after the other; keyword arguments change the account."""

    def __init__(self, tenant: SandboxTenant, folder: Path) -> None:
        self.tenant, self.folder, self.count = tenant, folder, 0

    def read(self, mode: str = "auto", **account: Any) -> Manifest:
        self.count += 1
        return extract_tenant(
            self.tenant.entra_connection(),
            AccountConfig.model_validate({"account": "contoso", "name": "Contoso Ltd", **(account or OWNED)}),
            UPath(self.folder / str(self.count)),
            run_id=self.count,
            mode=mode,
            retry=QUICK,
        )

    def groups(self) -> dict[str, dict[str, Any]]:
        """The groups of the newest snapshot."""
        uri = str(self.folder / str(self.count))
        return {row["id"]: row for row in read_tables(uri, read_manifest(uri)).groups.to_pylist()}

    def owners(self) -> dict[str, list[str] | None]:
        return {group_id: row["owner_ids"] for group_id, row in self.groups().items()}

    def sealed(self) -> bool:
        return (self.folder / str(self.count) / "manifest.json").exists()


@pytest.fixture
def nights(tenant: SandboxTenant, tmp_path: Path) -> Nights:
    return Nights(tenant, tmp_path)


def wanted(tenant: SandboxTenant) -> dict[str, list[str] | None]:
    """Owners of the groups that become teams with the account above, from the tenant itself."""
    found: dict[str, list[str] | None] = {}
    for group_id, group in tenant.company.groups.items():
        facts = group.attributes
        of_kind = "Unified" in facts["groupTypes"] or (facts["securityEnabled"] and not facts["mailEnabled"])
        chosen = of_kind and not facts["displayName"].startswith("Project")
        seen = chosen and facts.get("visibility") != "HiddenMembership"
        found[group_id] = sorted(i for i in group.owner_ids if i in tenant.company.users) if seen else None
    return found


def test_owners_are_those_of_the_groups_that_become_teams(tenant: SandboxTenant, nights: Nights) -> None:
    manifest = nights.read()

    expected = wanted(tenant)
    assert nights.owners() == expected
    assert any(expected.values())
    assert None in expected.values()
    number = sum(len(ids or ()) for ids in expected.values())
    assert (manifest.counts["owners"], manifest.certificate["owners"].rows) == (number, number)
    asked = sum(ids is not None for ids in expected.values())
    assert manifest.certificate["owners"].pages == asked
    assert manifest.traffic["batch_items"] == asked + manifest.certificate["members"].pages


def test_without_a_wish_for_them_nobody_asks_for_owners(tenant: SandboxTenant, nights: Nights) -> None:
    refused = tenant.faults.add(Fault(path=OWNERS, status=403))

    manifest = nights.read(teams={"from_groups": {"lead": None}})

    assert tenant.faults.hits(refused) == 0
    assert "owner_ids" not in next(iter(nights.groups().values()))
    assert not {"owners"} & (manifest.counts.keys() | manifest.certificate.keys())


def test_long_lists_of_owners_are_read_to_the_end_and_applications_lead_nobody(
    tenant: SandboxTenant, nights: Nights
) -> None:
    company = tenant.company
    group_id = next(g for g, ids in wanted(tenant).items() if ids)
    service = next(i for i, other in company.others.items() if other.kind == "servicePrincipal")
    company.groups[group_id].owner_ids = [*list(company.users)[:9], service]
    tenant.settings.members_page = 2

    nights.read()

    assert nights.owners()[group_id] == sorted(list(company.users)[:9])


def test_owners_are_read_every_night_although_no_feed_tells_of_them(tenant: SandboxTenant, nights: Nights) -> None:
    nights.read()
    group_id = next(g for g, ids in wanted(tenant).items() if ids)
    tenant.company.groups[group_id].owner_ids = list(tenant.company.users)[5:7]

    manifest = nights.read()

    assert (manifest.mode, nights.owners()) == ("incremental", wanted(tenant))
    full = nights.read("full")
    assert nights.owners() == wanted(tenant)
    assert not full.drift


def test_a_group_that_becomes_a_team_or_none_by_its_name(tenant: SandboxTenant, nights: Nights) -> None:
    company = tenant.company
    nights.read()
    group_id = next(g for g, ids in wanted(tenant).items() if ids)
    for name in ("Project Moved", "Moved"):
        company.update_group(group_id, displayName=name)
        manifest = nights.read()
        assert (manifest.mode, nights.owners()) == ("incremental", wanted(tenant))
        assert (nights.owners()[group_id] is None) == name.startswith("Project")


@pytest.mark.parametrize("mode", ["full", "auto"])
def test_a_group_that_vanishes_before_its_owners_are_asked_for_is_gone(
    tenant: SandboxTenant, nights: Nights, mode: str
) -> None:
    nights.read()
    group_id = next(g for g, ids in wanted(tenant).items() if ids)
    tenant.faults.add(Fault(path=rf"^/groups/{group_id}(/owners|/members|\?\$select=id$)", status=404))

    manifest = nights.read(mode)

    assert manifest.mode == ("full" if mode == "full" else "incremental")
    assert set(nights.groups()) == tenant.company.groups.keys() - {group_id}
    uri = str(nights.folder / str(nights.count))
    assert group_id not in read_tables(uri, manifest).memberships["group_id"].to_pylist()


def test_owners_that_are_not_found_fail_the_read_while_the_group_is_there(
    tenant: SandboxTenant, nights: Nights
) -> None:
    tenant.faults.add(Fault(path=OWNERS, status=404, times=1))
    with pytest.raises(GraphError, match="HTTP 404"):
        nights.read()
    assert not nights.sealed()


def test_a_refusal_names_the_permission(tenant: SandboxTenant, nights: Nights) -> None:
    tenant.faults.add(Fault(path=OWNERS, status=403))
    with pytest.raises(PermissionMissing, match=r"GroupMember\.Read\.All"):
        nights.read()
    assert not nights.sealed()


def test_what_passes_is_tried_again(tenant: SandboxTenant, nights: Nights) -> None:
    fault = tenant.faults.add(Fault(path=OWNERS, status=503, times=2))
    manifest = nights.read()
    assert tenant.faults.hits(fault) == 2
    assert manifest.traffic["retries"] == 2
    assert nights.owners() == wanted(tenant)


def test_owners_that_are_all_gone_at_once_are_not_believed(tenant: SandboxTenant, nights: Nights) -> None:
    nights.read()
    for group in tenant.company.groups.values():
        group.owner_ids = []

    manifest = nights.read()

    assert (manifest.mode, manifest.complete) == ("full", False)
    assert "0 owners" in str(manifest.certificate["owners"].why)


def test_a_snapshot_that_counts_no_owners_is_no_base(nights: Nights) -> None:
    first = nights.read()
    counts = {name: number for name, number in first.counts.items() if name != "owners"}
    write_manifest(UPath(nights.folder / "1"), replace(first, counts=counts))

    manifest = nights.read()

    assert (manifest.mode, manifest.reason) == ("full", "owners_missing")
