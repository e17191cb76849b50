"""``make sync SCENARIO=...``: the sandbox tenant misbehaves for one run, and for that run only."""

from __future__ import annotations

from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup


def people(setup: LocalSetup) -> list[dict[str, object]]:
    return setup.rows("select xmin::text, u.* from peoplegoal.app_user u order by id")


def test_a_bad_night_harms_nobody_and_the_next_one_is_healthy(shared_setup: LocalSetup) -> None:
    first = shared_setup.run("sync")
    assert first.returncode == 0, first.stdout + first.stderr
    before = people(shared_setup)

    bad = shared_setup.run("sync", "--scenario", "permission-lost")

    assert bad.returncode != 0
    assert "permission-lost: The application has lost the permission User.Read.All." in bad.stdout
    assert "healthy: " in bad.stdout
    assert people(shared_setup) == before
    assert shared_setup.run("sync").returncode == 0


def test_an_unknown_scenario_is_refused_with_the_list(shared_setup: LocalSetup) -> None:
    runs = shared_setup.rows("select count(*) from sync.run")

    done = shared_setup.run("sync", "--scenario", "earthquake")

    assert done.returncode == 1
    assert "no scenario 'earthquake'" in done.stderr
    assert "half-missing" in done.stderr
    assert shared_setup.rows("select count(*) from sync.run") == runs


def test_a_scenario_is_not_for_a_tenant_of_ones_own(shared_setup: LocalSetup) -> None:
    with SandboxTenant() as tenant:
        variable = {"AIRFLOW_CONN_ENTRA_CONTOSO": tenant.airflow_connection()}

        done = shared_setup.run("sync", "--scenario", "down", env=variable)

        assert done.returncode == 1
        assert "SCENARIO is for the sandbox tenant" in done.stderr
        assert tenant.counters.requests == 0


def test_it_works_while_airflow_is_up(shared_setup: LocalSetup) -> None:
    try:
        up = shared_setup.run("up")
        assert up.returncode == 0, up.stdout + up.stderr

        bad = shared_setup.run("sync", "--scenario", "permission-lost")
        assert "run by Airflow" in bad.stdout
        assert "permission-lost: " in bad.stdout
        assert bad.returncode != 0

        done = shared_setup.run("sync")
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        down = shared_setup.run("down")
    assert down.returncode == 0, down.stderr
