"""The product's own full read of a sandbox tenant finds every user, manager, group and membership."""

from __future__ import annotations

from pathlib import Path

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.extract.snapshot import read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant
from sandbox.day import a_working_day
from sandbox.testing import SandboxTenant

ACCOUNT = AccountConfig.model_validate(
    {"account": "contoso", "name": "Contoso Ltd", "teams": {"from_groups": {"hidden": True}}}
)


@pytest.mark.parametrize("bundle", ["as it is", "unset", "another"])
def test_the_snapshot_is_the_company(
    tenant: SandboxTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    if bundle == "unset":
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    elif bundle == "another":
        other = tmp_path / "other.pem"
        other.write_text("", encoding="ascii")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    company = tenant.company
    for _ in range(3):
        a_working_day(company)
    tenant.settings.permissions.add("Member.Read.Hidden")

    manifest = extract_tenant(tenant.entra_connection(), ACCOUNT, UPath(tmp_path / "snapshot"), run_id=1)

    assert manifest.complete
    uri = str(tmp_path / "snapshot")
    tables = read_tables(uri, read_manifest(uri))
    users = {row["id"]: row for row in tables.users.to_pylist()}
    assert users.keys() == company.users.keys()
    for user_id, user in company.users.items():
        row = users[user_id]
        assert row["manager_id"] == company.manager_of(user_id)
        for name in ("mail", "userPrincipalName", "displayName", "jobTitle", "department", "employeeHireDate"):
            assert row[name] == user.attributes.get(name)
        assert row["businessPhones"] == user.attributes.get("businessPhones")
    assert {row["id"] for row in tables.groups.to_pylist()} == company.groups.keys()
    edges = {(row["group_id"], row["member_id"], row["member_type"]) for row in tables.memberships.to_pylist()}
    assert edges == {(g, m, company.kind(m)) for g in company.groups for m in company.members(g)}
