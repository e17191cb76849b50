"""``doctor``: each line tells what was tried, what came back, what to do, and where the guide says how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from entra_sync.cli.doctor import examine
from entra_sync.doctor.entra import FIELDS
from entra_sync.doctor.permissions import roles_of
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.credentials import Credential

ROOT = Path(__file__).parents[2]
WRONG_SECRET = "wr0ng~secret.that-must-not-appear"
Doctor = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def tenant() -> Any:
    with SandboxTenant(users=20, groups=8) as running:
        yield running


@pytest.fixture
def doctor(
    tenant: SandboxTenant,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Doctor:
    """Run the command with a connection's changes; gives the findings by what was tried."""
    accounts = tmp_path / "accounts"
    accounts.mkdir()

    def run(account: str = "", database: str = database_url, store: Path = tmp_path / "store", **changes: Any) -> Any:
        (accounts / "contoso.yaml").write_text(f"account: contoso\nname: Contoso Ltd\n{account}", encoding="utf-8")
        monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(accounts))
        monkeypatch.setenv("ENTRA_SYNC_STORE", str(store))
        monkeypatch.setenv("AIRFLOW_CONN_ENTRA_CONTOSO", tenant.airflow_connection(**changes))
        monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", database.replace("postgresql://", "postgres://"))
        status = examine(account=None, as_json=True)
        said = capsys.readouterr()
        assert tenant.client_secret not in said.out + said.err
        assert WRONG_SECRET not in said.out + said.err
        findings = json.loads(said.out)
        assert all(set(f) == {"tried", "level", "ok", "found", "advice", "step"} for f in findings)
        found = {finding.pop("tried"): finding for finding in findings}
        assert status == (1 if any(f["level"] == "fail" for f in found.values()) else 0)
        return found

    return run


def bad(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {tried: finding["level"] for tried, finding in found.items() if finding["level"] != "ok"}


def test_all_is_well(doctor: Doctor) -> None:
    found = doctor()

    assert bad(found) == {}
    assert [tried.removeprefix("contoso: ") for tried in found] == [
        "account file of contoso",
        "Client ID",
        "Client Secret",
        "Client Tenant",
        "Client URI",
        "clock",
        "sign in",
        "read users (User.Read.All)",
        "read managers (User.Read.All)",
        "read groups (GroupMember.Read.All)",
        "read members (GroupMember.Read.All)",
        "read changes of users (User.Read.All)",
        "read changes of groups (GroupMember.Read.All)",
        "read hidden members (Member.Read.Hidden)",
        "Client URI of the application",
        "end of the client secret",
        "PeopleGoal database (peoplegoal_db)",
        "store (ENTRA_SYNC_STORE)",
    ]
    assert "not needed" in found["contoso: read hidden members (Member.Read.Hidden)"]["found"]
    assert "Application.Read.All" in found["contoso: end of the client secret"]["found"]


def test_each_field_is_judged_by_itself(doctor: Doctor) -> None:
    found = doctor(login="no-guid", extra={"client_uri": "contoso", "tenant_id": None})

    assert bad(found) == {
        "contoso: Client ID": "fail",
        "contoso: Client Tenant": "fail",
        "contoso: Client URI": "fail",
    }
    assert "contoso: sign in" not in found


def test_a_wrong_secret(doctor: Doctor) -> None:
    found = doctor(password=WRONG_SECRET)

    assert bad(found) == {"contoso: sign in": "fail"}
    assert "AADSTS7000215" in found["contoso: sign in"]["found"]
    assert "Client Secret" in found["contoso: sign in"]["advice"]


def test_consent_that_is_missing_is_told_from_a_permission_that_is(tenant: SandboxTenant, doctor: Doctor) -> None:
    tenant.settings.consent = False
    without_consent = doctor()
    tenant.settings.consent = True
    tenant.settings.permissions = {"User.Read.All"}
    without_permission = doctor()

    users = "contoso: read users (User.Read.All)"
    groups = "contoso: read groups (GroupMember.Read.All)"
    assert without_consent[users]["level"] == without_consent[groups]["level"] == "fail"
    assert "admin consent" in without_consent[users]["advice"]
    assert without_consent[users]["step"].endswith("#admin-consent")
    assert without_permission[users]["level"] == "ok"
    assert "GroupMember.Read.All is missing" in without_permission[groups]["found"]
    assert without_permission[groups]["step"].endswith("#permissions")


@pytest.mark.parametrize("granted", [True, False])
def test_hidden_members_are_tried_when_they_are_wanted(tenant: SandboxTenant, doctor: Doctor, granted: bool) -> None:
    if granted:
        tenant.settings.permissions.add("Member.Read.Hidden")

    found = doctor(account="teams: {from_groups: {hidden: true}}")

    assert (found["contoso: read hidden members (Member.Read.Hidden)"]["level"] == "ok") is granted


@pytest.mark.parametrize("answer", ["forbidden", "empty"])
@pytest.mark.parametrize("granted", ["GroupMember.Read.All", "Directory.Read.All"])
def test_hidden_members_have_a_permission_of_their_own(
    tenant: SandboxTenant, doctor: Doctor, answer: Any, granted: str
) -> None:
    """Whether a real tenant refuses them or shows an empty list is not documented."""
    tenant.settings.hidden_members = answer
    tenant.settings.permissions = {"User.Read.All", granted}

    finding = doctor(account="teams: {from_groups: {hidden: true}}")[
        "contoso: read hidden members (Member.Read.Hidden)"
    ]

    assert finding["level"] == "fail"
    assert "Member.Read.Hidden is missing" in finding["found"]


@pytest.mark.parametrize("account", ["", "teams: {from_groups: {hidden: true}}"])
def test_without_a_token_that_can_be_read_refusals_tell_consent_from_permission(
    tenant: SandboxTenant, doctor: Doctor, account: str
) -> None:
    tenant.settings.token_opaque = True
    groups = "contoso: read groups (GroupMember.Read.All)"

    tenant.settings.permissions = {"User.Read.All"}
    without_permission = doctor(account)[groups]
    tenant.settings.consent = False
    without_consent = doctor(account)[groups]

    assert without_permission["step"].endswith("#permissions")
    assert without_consent["step"].endswith("#admin-consent")


def test_a_feed_that_is_refused_alone_is_a_warning(tenant: SandboxTenant, doctor: Doctor) -> None:
    tenant.faults.add(Fault(path=r"^/users/delta", status=403))

    found = doctor()

    assert bad(found) == {"contoso: read changes of users (User.Read.All)": "warn"}
    assert "full" in found["contoso: read changes of users (User.Read.All)"]["advice"]


def test_an_answer_that_is_no_list_is_no_grant(tenant: SandboxTenant, doctor: Doctor) -> None:
    tenant.faults.add(Fault(path=r"^/users\?.*expand", body=[]))

    assert bad(doctor()) == {"contoso: read managers (User.Read.All)": "fail"}


def test_a_tenant_without_change_feeds_is_a_warning(tenant: SandboxTenant, doctor: Doctor) -> None:
    tenant.settings.delta_supported = False

    found = doctor()

    assert bad(found) == {
        "contoso: read changes of users (User.Read.All)": "warn",
        "contoso: read changes of groups (GroupMember.Read.All)": "warn",
    }


@pytest.mark.parametrize(("days", "level"), [(200, "ok"), (29, "warn"), (3, "warn")])
def test_a_secret_that_ends_soon(tenant: SandboxTenant, doctor: Doctor, days: int, level: str) -> None:
    tenant.settings.permissions.add("Application.Read.All")
    ends = datetime.now(UTC) + timedelta(days=days)
    tenant.settings.secret_ends = ends.isoformat()

    finding = doctor()["contoso: end of the client secret"]

    assert (finding["level"], f"{ends:%Y-%m-%d}" in finding["found"]) == (level, True)


def test_a_registration_that_is_elsewhere_is_not_called_a_missing_permission(
    tenant: SandboxTenant, doctor: Doctor
) -> None:
    """A multitenant application is registered in another tenant than the one that is read."""
    tenant.settings.permissions.add("Application.Read.All")
    tenant.faults.add(Fault(path=r"^/applications", status=404))

    finding = doctor()["contoso: end of the client secret"]

    assert finding["level"] == "ok"
    assert "not checked" in finding["found"]
    assert "Application.Read.All" not in finding["found"]


@pytest.mark.parametrize(("days", "level"), [(200, "ok"), (10, "warn")])
def test_a_certificate_that_ends_soon(tenant: SandboxTenant, doctor: Doctor, days: int, level: str) -> None:
    credential = Credential(days=days)
    tenant.settings.certificates.append(credential.certificate_pem)

    found = doctor(password=None, extra={"certificate_data": credential.pem()})

    assert found["contoso: client certificate"]["level"] == level


@pytest.mark.parametrize(("uris", "level"), [(["api://another"], "warn"), (None, "ok")])
def test_the_client_uri_is_softly_held_against_the_application(
    tenant: SandboxTenant, doctor: Doctor, uris: list[str] | None, level: str
) -> None:
    tenant.settings.permissions.add("Application.Read.All")
    tenant.settings.identifier_uris = uris

    assert doctor()["contoso: Client URI of the application"]["level"] == level


@pytest.mark.parametrize(("minutes", "level"), [(0, "ok"), (4, "ok"), (20, "warn"), (-20, "warn")])
def test_a_clock_that_is_wrong(tenant: SandboxTenant, doctor: Doctor, minutes: int, level: str) -> None:
    tenant.settings.clock_offset_s = minutes * 60.0

    finding = doctor()["contoso: clock"]

    assert finding["level"] == level
    assert ("behind" if minutes > 5 else "ahead" if minutes < -5 else "within") in finding["found"]


def test_a_wrong_clock_explains_a_refused_certificate(tenant: SandboxTenant, doctor: Doctor) -> None:
    credential = Credential()
    tenant.settings.certificates.append(credential.certificate_pem)
    tenant.settings.clock_offset_s = 1200.0

    found = doctor(password=None, extra={"certificate_data": credential.pem()})

    assert bad(found) == {"contoso: clock": "warn", "contoso: sign in": "fail"}
    assert "AADSTS700024" in found["contoso: sign in"]["found"]


@pytest.mark.parametrize(
    "proxies", [f"http://sync:{WRONG_SECRET}@127.0.0.1:1", {"https": f"sync:{WRONG_SECRET}@127.0.0.1:1"}, [1]]
)
def test_proxies_of_another_form_are_a_finding(doctor: Doctor, proxies: Any) -> None:
    found = doctor(extra={"proxies": proxies})

    assert bad(found) == {"contoso: further fields": "fail"}
    assert "proxies" in found["contoso: further fields"]["found"]


def test_a_database_that_is_not_there(doctor: Doctor) -> None:
    found = doctor(database="postgresql://nobody@localhost:1/none?connect_timeout=2")

    assert bad(found) == {"PeopleGoal database (peoplegoal_db)": "fail"}


def test_a_role_that_may_not_write(doctor: Doctor, database_url: str) -> None:
    schemas = "peoplegoal, sync to reader"
    look = [f"grant usage on schema {schemas}", f"grant select on all tables in schema {schemas}"]
    with role(database_url, *look) as url:
        found = doctor(database=url)["PeopleGoal database (peoplegoal_db)"]

    assert found["level"] == "fail"
    assert re.search(r"may not write \d+ of \d+ tables", found["found"])


def test_a_role_that_may_not_even_look(doctor: Doctor, database_url: str) -> None:
    with role(database_url) as url:
        found = doctor(database=url)["PeopleGoal database (peoplegoal_db)"]

    assert found["level"] == "fail"
    assert "permission denied for schema sync" in found["found"]


@contextmanager
def role(database_url: str, *grants: str) -> Iterator[str]:
    """The database's URL for a role of few rights."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop role if exists reader")
        connection.execute("create role reader login")
        for grant in grants:
            connection.execute(grant)
    try:
        yield database_url.replace("postgres@", "reader@")
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("drop owned by reader")
            connection.execute("drop role reader")


@pytest.mark.parametrize("place", ["file", "nosuch://bucket/store"])
def test_a_store_that_cannot_be_written(doctor: Doctor, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    found = doctor(store=place if "://" in place else tmp_path / place)

    assert bad(found) == {"store (ENTRA_SYNC_STORE)": "fail"}


def test_an_account_file_that_does_not_pass(doctor: Doctor) -> None:
    assert bad(doctor(account="unknown_key: 1")) == {"account file contoso.yaml": "fail"}


def test_lines_for_people(
    doctor: Doctor, tenant: SandboxTenant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor(password=WRONG_SECRET)

    assert examine(account="contoso", as_json=False) == 1

    lines = capsys.readouterr().out.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("FAIL  contoso: sign in: "))
    assert lines[place + 1].startswith("      -> Client Secret")
    assert lines[place + 2].strip() == "docs/azure-setup.md#what-entras-refusals-mean"


def test_every_step_that_is_named_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "azure-setup.md").read_text(encoding="utf-8")
    headings = {anchor(line.lstrip("# ")) for line in guide.splitlines() if line.startswith("#")}
    folder = ROOT / "include" / "entra_sync" / "doctor"
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    named = {*FIELDS.values(), *re.findall(r'step\("([a-z-]+)"\)', text)}
    constants = re.findall(r"^(?:PERMISSIONS, CONSENT|SECRET) = (.+)$", text, re.M)
    named |= {name for line in constants for name in re.findall(r'"([a-z-]+)"', line)}

    assert len(named) == 6
    assert named <= headings


def anchor(heading: str) -> str:
    """As the guide's viewer makes it: lower case, no punctuation, hyphens for blanks."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "a.e30.c", "a.W10.c"])
def test_a_token_that_cannot_be_read_is_no_problem(token: str) -> None:
    assert roles_of(token) in (None, [])
