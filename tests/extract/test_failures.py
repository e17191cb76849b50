"""A failed page fails the read: there is no snapshot of half a tenant (docs/rules.md, 1)."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from entra_sync.errors import GraphError, GraphProtocolError, GraphUnavailable, PermissionMissing
from entra_sync.extract.snapshot import read_tables
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import Read

USERS, GROUPS, MEMBERS = r"^/users\?", r"^/groups\?", r"^/groups/[^/]+/members"


def sealed(folder: Path) -> bool:
    return (folder / "snapshot" / "manifest.json").exists()


@pytest.mark.parametrize("path", [USERS, GROUPS, MEMBERS])
@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_a_failed_page_leaves_no_snapshot(
    tenant: SandboxTenant, read: Read, tmp_path: Path, path: str, status: int
) -> None:
    tenant.settings.users_page = 10
    tenant.faults.add(Fault(path=path, status=status, skip=0 if path == GROUPS else 2))

    with pytest.raises(GraphError) as error:
        read()

    assert not sealed(tmp_path)
    assert error.value.status == status
    assert str(status) in str(error.value)
    assert isinstance(error.value, PermissionMissing) == (status == 403)
    assert error.value.transient == (status in (500, 503))


@pytest.mark.parametrize("path", [USERS, GROUPS, MEMBERS])
@pytest.mark.parametrize("named", ["message", "code"])
def test_what_graph_says_of_somebody_is_not_repeated(
    tenant: SandboxTenant, read: Read, caplog: pytest.LogCaptureFixture, path: str, named: str
) -> None:
    """Its sentences quote filters, links and values; its code and the request's id are enough to ask about."""
    caplog.set_level("DEBUG")
    error = {"code": "Request_BadRequest", "message": "Bad."}
    error |= {named: "Invalid filter clause at 'mail eq 'ann.quixvor@contoso.com''."}
    tenant.faults.add(Fault(path=path, status=400, body={"error": error}))

    with pytest.raises(GraphError, match=r"HTTP 400 .*\(request-id [0-9a-f-]{36}\)") as refused:
        read()

    assert "quixvor" not in "".join(traceback.format_exception(refused.value)) + caplog.text
    assert refused.value.code == ("Request_BadRequest" if named == "message" else "no code")


def test_members_that_are_not_found_fail_the_read_while_the_group_is_there(
    tenant: SandboxTenant, read: Read, tmp_path: Path
) -> None:
    tenant.faults.add(Fault(path=MEMBERS, status=404, times=1))

    with pytest.raises(GraphError, match="HTTP 404"):
        read()

    assert not sealed(tmp_path)


def test_a_group_that_is_deleted_while_it_is_read_is_gone_not_emptied(
    tenant: SandboxTenant, read: Read, tmp_path: Path
) -> None:
    group = sorted(tenant.company.groups)[0]
    tenant.faults.add(Fault(path=rf"^/groups/{group}[/?]", status=404))

    manifest = read()

    uri = str(tmp_path / "snapshot")
    groups = read_tables(uri, manifest).groups["id"].to_pylist()
    assert manifest.complete
    assert set(groups) == tenant.company.groups.keys() - {group}


@pytest.mark.parametrize("path", [USERS, GROUPS, MEMBERS])
def test_the_next_read_repairs_everything(tenant: SandboxTenant, read: Read, path: str) -> None:
    tenant.faults.add(Fault(path=path, status=400, times=1))
    with pytest.raises(GraphError):
        read()

    assert read().complete


@pytest.mark.parametrize("path", [USERS, GROUPS, MEMBERS])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(tenant: SandboxTenant, read: Read, path: str, status: int) -> None:
    tenant.faults.add(Fault(path=path, status=status, times=2, headers={"Retry-After": "0"}))

    manifest = read()

    assert manifest.complete
    assert manifest.traffic["retries"] >= 1


def test_a_dropped_connection_is_tried_again(tenant: SandboxTenant, read: Read) -> None:
    tenant.faults.add(Fault(path=USERS, close=True, times=1))

    assert read().complete


def test_an_answer_that_is_no_json_is_tried_again_and_then_refused(tenant: SandboxTenant, read: Read) -> None:
    tenant.faults.add(Fault(path=GROUPS, status=200, raw=b'{"value": [{"id": "cut'))

    with pytest.raises(GraphUnavailable, match="not JSON"):
        read()


def test_a_token_that_is_refused_once_is_replaced(tenant: SandboxTenant, read: Read) -> None:
    tenant.faults.add(Fault(path=USERS, status=401, times=1))

    assert read().complete


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": "none"}, {"value": [1, 2]}])
def test_an_answer_without_a_list_is_no_empty_page(tenant: SandboxTenant, read: Read, body: dict[str, object]) -> None:
    tenant.faults.add(Fault(path=USERS, status=200, body=body))

    with pytest.raises(GraphProtocolError, match="without a list"):
        read()


def test_a_chain_that_comes_back_to_itself_is_refused(tenant: SandboxTenant, read: Read) -> None:
    link = f"{tenant.base_url}/users?$select=id&again=1"
    tenant.faults.add(Fault(path=USERS, status=200, body={"value": [], "@odata.nextLink": link}))

    with pytest.raises(GraphProtocolError, match="same nextLink"):
        read()


@pytest.mark.parametrize("path", [USERS, GROUPS, MEMBERS, r"^/users/delta", r"^/groups/delta"])
def test_the_token_goes_to_the_configured_host_only(tenant: SandboxTenant, read: Read, path: str) -> None:
    """Checked at the foreign server: not even a connection is asked for anything."""
    with SandboxTenant(users=5, groups=1) as foreign:
        tenant.faults.add(Fault(path=path, next_link=f"{foreign.base_url}/users?$top=5"))

        with pytest.raises(GraphProtocolError, match="another host"):
            read()

        assert foreign.counters.requests == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("method", "path"), [("GET", USERS), ("POST", "/oauth2/")])
def test_no_redirect_is_followed(tenant: SandboxTenant, read: Read, status: int, method: str, path: str) -> None:
    """Neither with the token nor, from the login host, with the secret."""
    to = {"Location": f"{tenant.base_url}/elsewhere", "Retry-After": "0"}
    tenant.faults.add(Fault(path=path, method=method, status=status, headers=to))
    elsewhere = [tenant.faults.add(Fault(path="/elsewhere", method=way, status=400)) for way in ("GET", "POST")]

    with pytest.raises(GraphError, match=f"HTTP {status}"):
        read()

    assert [tenant.faults.hits(fault) for fault in elsewhere] == [0, 0]
