"""The full read: what lies in the snapshot is the tenant, and the certificate says when it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entra_sync.errors import SnapshotError
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import Read


def tables(folder: Path) -> Any:
    uri = str(folder / "snapshot")
    return read_tables(uri, read_manifest(uri))


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_the_snapshot_is_the_tenant(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    manifest = read()
    snapshot = tables(tmp_path)
    company = tenant.company

    users = by_id(snapshot.users.to_pylist())
    assert manifest.complete
    assert users.keys() == company.users.keys()
    for user_id, user in company.users.items():
        assert users[user_id]["displayName"] == user.attributes.get("displayName")
        assert users[user_id]["mail"] == user.attributes.get("mail")
        assert users[user_id]["manager_id"] == user.manager_id
    assert {row["id"] for row in snapshot.groups.to_pylist()} == company.groups.keys()
    hidden = {gid for gid, group in company.groups.items() if group.attributes.get("visibility") == "HiddenMembership"}
    assert hidden
    edges = {(row["group_id"], row["member_id"]) for row in snapshot.memberships.to_pylist()}
    assert edges == {(g, m) for g in company.groups if g not in hidden for m in company.members(g)}


def test_hidden_members_are_read_when_the_account_wants_them(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    tenant.settings.permissions = {*tenant.settings.permissions, "Member.Read.Hidden"}

    read(account={"teams": {"from_groups": {"hidden": True}}})

    edges = {(row["group_id"], row["member_id"]) for row in tables(tmp_path).memberships.to_pylist()}
    assert edges == {(g, m) for g in tenant.company.groups for m in tenant.company.members(g)}


@pytest.mark.parametrize("collection", ["users", "groups"])
def test_a_count_that_disagrees_makes_the_snapshot_incomplete(
    tenant: SandboxTenant, read: Read, collection: str
) -> None:
    tenant.settings.count_offset[collection] = 6

    manifest = read()

    assert not manifest.complete
    assert not manifest.certificate[collection].holds


@pytest.mark.parametrize("size", [1, 7])
def test_page_sizes_and_empty_pages_make_no_difference(tenant: SandboxTenant, read: Read, size: int) -> None:
    tenant.settings.users_page = tenant.settings.members_page = size
    tenant.settings.empty_pages = True

    manifest = read()

    assert manifest.complete
    assert manifest.counts["users"] == len(tenant.company.users)


def test_a_manager_may_be_missing_null_or_a_contact(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    tenant.settings.manager_null = True

    read()

    users = by_id(tables(tmp_path).users.to_pylist())
    for user_id, user in tenant.company.users.items():
        assert users[user_id]["manager_id"] == user.manager_id
        assert (users[user_id]["manager_type"] is None) == (user.manager_id is None)


def test_a_user_on_two_pages_is_one_user(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    """The first page leads to itself once, and then on: its users come twice."""
    tenant.settings.users_page = 20
    tenant.faults.add(Fault(path=r"^/users\?", next_link="{self}&again=1", times=1))

    manifest = read()

    assert manifest.certificate["users"].pages == 4
    assert sorted(tables(tmp_path).users["id"].to_pylist()) == sorted(tenant.company.users)


def test_types_without_permission_are_members_all_the_same(tenant: SandboxTenant, read: Read, tmp_path: Path) -> None:
    """Graph then tells type and id only; that is all an edge needs."""
    contact = next(i for i, other in tenant.company.others.items() if other.kind == "orgContact")
    group = next(g for g, found in tenant.company.groups.items() if found.attributes["visibility"] == "Private")
    tenant.company.add_member(group, contact)

    read()

    edges = tables(tmp_path).memberships.to_pylist()
    assert {"group_id": group, "member_id": contact, "member_type": "orgContact"} in edges


def test_only_what_the_mapping_names_is_asked_for(read: Read, tmp_path: Path) -> None:
    manifest = read(account={"mapping": {"custom.cost": "onPremisesExtensionAttributes.extensionAttribute1"}})

    assert "onPremisesExtensionAttributes" in manifest.select
    assert "streetAddress" not in manifest.select
    assert set(tables(tmp_path).users.column_names) == {*manifest.select, "manager_id", "manager_type"}


def test_a_snapshot_without_its_manifest_is_none(read: Read, tmp_path: Path) -> None:
    read()
    (tmp_path / "snapshot" / "manifest.json").unlink()

    with pytest.raises(SnapshotError, match="no sealed snapshot"):
        read_manifest(str(tmp_path / "snapshot"))


def test_a_snapshot_that_was_changed_is_refused(read: Read, tmp_path: Path) -> None:
    manifest: Manifest = read()
    with (tmp_path / "snapshot" / "groups.parquet").open("ab") as file:
        file.write(b"more")

    with pytest.raises(SnapshotError, match="changed after it was sealed"):
        read_tables(str(tmp_path / "snapshot"), manifest)


def test_the_files_are_their_owners_alone_and_the_manifest_holds_no_person(
    tenant: SandboxTenant, read: Read, tmp_path: Path
) -> None:
    read()

    for path in (tmp_path / "snapshot").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    text = (tmp_path / "snapshot" / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)["complete"] is True
    assert not any(user.attributes["userPrincipalName"] in text for user in tenant.company.users.values())
