"""Every named bad night, as a person rehearses it: what comes of it, and that the next healthy night mends it."""

from __future__ import annotations

import pytest

from entra_sync.errors import EntraSyncError
from sandbox.day import a_working_day
from sandbox.scenarios import SCENARIOS
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, expected

SURVIVED, INCOMPLETE = "survived", "incomplete"
OUTCOMES = {
    "healthy": SURVIVED,
    "throttled": SURVIVED,
    "quota": SURVIVED,
    "flaky": SURVIVED,
    "slow": SURVIVED,
    "page-expires": SURVIVED,
    "half-missing": INCOMPLETE,
    "count-differs": INCOMPLETE,
    "foreign-link": "GraphProtocolError",
    "loop": "GraphProtocolError",
    "delta-lost": SURVIVED,
    "token-expires": SURVIVED,
    "secret-expired": "SignInRefused",
    "permission-lost": "PermissionMissing",
    "groups-forbidden": "PermissionMissing",
    "down": "GraphUnavailable",
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_bad_night(nights: Nights, name: str) -> None:
    company = nights.tenant.company
    nights.run()
    before = nights.everything()
    a_working_day(company)

    nights.tenant.scenario(name)
    try:
        nights.run()
    except EntraSyncError as error:
        outcome = type(error).__name__
        assert nights.everything() == before
        assert all(issue["hint"] for issue in nights.issues())
    else:
        codes = {issue["code"] for issue in nights.issues()}
        outcome = INCOMPLETE if "snapshot_incomplete" in codes else SURVIVED
    run = nights.last_run()
    assert outcome == OUTCOMES[name]
    if outcome == SURVIVED:
        assert actual(nights.url) == expected(company)
    else:
        assert run["users_deactivated"] == 0

    nights.tenant.scenario("healthy")
    nights.run()
    assert actual(nights.url) == expected(company)
