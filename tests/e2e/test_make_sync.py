"""``make sync`` on a tenant of one's own: one story in one set-up, each test a whole run of the Airflow DAG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entra_sync.config.connection import GUID
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup
from tests.e2e.oracle import actual, expected

WRONG_SECRET = "wr0ng~secret.that-must-not-appear"


@pytest.fixture(scope="module")
def tenant() -> Iterator[SandboxTenant]:
    """Another Graph-compatible server, with a certificate authority of its own."""
    with SandboxTenant(users=80, groups=15, seed=7) as running:
        yield running


@pytest.fixture
def setup(shared_setup: LocalSetup, tenant: SandboxTenant) -> LocalSetup:
    """The module's set-up, pointed at the tenant."""
    shared_setup.connect_to(tenant.connection())
    return shared_setup


def last_run(setup: LocalSetup) -> dict[str, Any]:
    return setup.rows("select * from sync.run order by id desc limit 1")[0]


def airflow_state(setup: LocalSetup) -> str:
    query = "select state from dag_run order by id desc limit 1"
    return str(setup.rows(query, database="airflow")[0]["state"])


def everything_written(setup: LocalSetup) -> Iterator[str]:
    """Logs of Airflow and of the set-up."""
    for path in setup.folder.rglob("*.log"):
        yield path.read_text(encoding="utf-8", errors="replace")


def test_another_tenant_is_synced_whole_whatever_ca_the_environment_names(
    setup: LocalSetup, tenant: SandboxTenant, tmp_path: Path
) -> None:
    with SandboxTenant(users=1, groups=0) as elsewhere:
        other = str(elsewhere.ca_file)
        done = setup.run("sync", env={"REQUESTS_CA_BUNDLE": other, "SSL_CERT_FILE": other, "CURL_CA_BUNDLE": other})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Microsoft Entra ID to PeopleGoal" in done.stdout
    with setup.database() as url:
        assert actual(url) == expected(tenant.company)
    users = len(expected(tenant.company)["people"])
    assert f"{users} created" in done.stdout
    assert f"ready to invite  {users}" in done.stdout
    assert airflow_state(setup) == "success"


def test_at_once_again_reports_no_changes_and_leaves_every_updated_at(setup: LocalSetup) -> None:
    tables = ("app_user", "profile", "team", "team_member")
    before = [setup.rows(f"select xmin::text, t.* from peoplegoal.{t} t order by 2, 3") for t in tables]

    done = setup.run("sync")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "no_changes" in done.stdout
    assert [setup.rows(f"select xmin::text, t.* from peoplegoal.{t} t order by 2, 3") for t in tables] == before


def test_a_failed_page_fails_the_run_in_airflow_too(setup: LocalSetup, tenant: SandboxTenant) -> None:
    tenant.settings.users_page = 20
    tenant.faults.add(Fault(path=r"^/users\?", status=400, skip=1))

    done = setup.run("sync", "--mode", "full")
    tenant.faults.clear()

    assert done.returncode == 1
    assert "HTTP 400" in done.stdout
    assert "nobody was changed" in done.stdout
    assert airflow_state(setup) == "failed"
    run = last_run(setup)
    assert (run["status"], run["error_step"], run["users_deactivated"]) == ("failed", "extract", 0)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"password": WRONG_SECRET}, ("AADSTS7000215", "Client Secret")),
        ({"extra": {"tenant_id": "00000000-0000-4000-8000-000000000000"}}, ("AADSTS90002", "Client Tenant")),
        ({"extra": {"client_uri": None}}, ("Client URI", "is missing")),
        ({"password": None}, ("Client Secret", "is missing")),
    ],
)
def test_a_wrong_or_missing_field_is_one_clear_error(
    setup: LocalSetup, tenant: SandboxTenant, overrides: dict[str, Any], said: tuple[str, ...]
) -> None:
    setup.connect_to(tenant.connection(**overrides))

    done = setup.run("sync")

    assert done.returncode == 1
    for words in said:
        assert words in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert airflow_state(setup) == "failed"


def test_a_missing_permission_is_named(setup: LocalSetup, tenant: SandboxTenant) -> None:
    granted = tenant.settings.permissions
    tenant.settings.permissions = {"User.Read.All"}

    done = setup.run("sync")
    tenant.settings.permissions = granted

    assert done.returncode == 1
    assert "GroupMember.Read.All" in done.stdout
    assert "admin consent" in done.stdout


def test_no_secret_no_token_and_no_person_is_in_any_log(setup: LocalSetup, tenant: SandboxTenant) -> None:
    written = "\n".join(everything_written(setup))

    assert "step=load" in written
    for secret in (WRONG_SECRET, tenant.client_secret, "skiptoken"):
        assert secret not in written
    for user in tenant.company.users.values():
        assert user.attributes["userPrincipalName"] not in written
        assert user.attributes["displayName"] not in written


def test_no_person_is_in_xcom(setup: LocalSetup, tenant: SandboxTenant) -> None:
    values = "\n".join(str(row["value"]) for row in setup.rows("select value from xcom", database="airflow"))

    assert "landing" in values
    for user in tenant.company.users.values():
        assert user.attributes["userPrincipalName"] not in values
        assert user.id not in values
    assert not [word for word in GUID.findall(values) if word in tenant.company.users]


def test_the_history_lists_every_run(setup: LocalSetup) -> None:
    done = setup.plain("history", "--json")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"status": "failed"') == 6
    assert done.stdout.count('"status": "no_changes"') == 1


def test_doctor_finds_the_set_up_well_and_names_what_is_not(setup: LocalSetup, tenant: SandboxTenant) -> None:
    well = setup.cli("doctor")
    setup.connect_to(tenant.connection(password=WRONG_SECRET))
    ill = setup.cli("doctor")

    assert well.returncode == 0, well.stdout + well.stderr
    assert "FAIL" not in well.stdout
    assert ill.returncode == 1
    assert "AADSTS7000215" in ill.stdout
    assert WRONG_SECRET not in ill.stdout + ill.stderr


def test_the_dag_file_has_no_import_errors(setup: LocalSetup) -> None:
    done = setup.run("run", "airflow", "dags", "list-import-errors")

    assert done.returncode == 0, done.stderr
    assert "No data found" in done.stdout


def test_the_connections_test_button_signs_in_and_reads(setup: LocalSetup, tenant: SandboxTenant) -> None:
    well = setup.run("run", "airflow", "connections", "test", "entra_contoso")
    setup.connect_to(tenant.connection(extra={"client_uri": "nonsense"}))
    ill = setup.run("run", "airflow", "connections", "test", "entra_contoso")

    assert "Connection success" in well.stdout + well.stderr
    assert "Client URI" in ill.stdout + ill.stderr
