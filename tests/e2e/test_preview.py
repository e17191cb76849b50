"""A mapping is edited: preview names the people and fields that would change, and the next run does exactly that."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.config.account import AccountConfig
from entra_sync.errors import ConfigurationError, EntraSyncError
from entra_sync.preview import AccountPreview, preview_account
from entra_sync.store import Store
from sandbox.day import a_working_day
from tests.e2e.conftest import Nights
from tests.e2e.test_nights import plain_people

WHAT = ("entity", "action", "entra_id", "label", "fields")
EDITED: dict[str, dict[str, Any]] = {
    "a template": {"mapping": {"display_name": {"template": "{surname}, {givenName}"}}},
    "one field given back to PeopleGoal, another mapped": {"mapping": {"city": None, "state": "city"}},
    "another attribute": {"mapping": {"company": "department", "office": "city"}},
    "an address": {"mapping": {"email": {"template": "{employeeId}@contoso.com", "default": "mail", "type": "email"}}},
    "a custom field": {"mapping": {"custom.office": "officeLocation"}},
    "guests as well": {"scope": {"user_types": ["Member", "Guest"]}},
    "one department": {
        "scope": {"filter": [{"attribute": "department", "in": ["Sales", "Engineering"]}]},
        "guards": {"max_deactivations": None, "max_team_loss": None},
    },
    "no teams of managers": {"teams": {"from_managers": False}},
    "fewer groups": {"teams": {"from_groups": {"include": ["Sales*"]}}},
    "no nested groups": {"teams": {"nested": False}},
}


def previewed(nights: Nights) -> AccountPreview:
    ref = nights.ref()
    return preview_account(ref.database_url, ref.store, ref.account)


def planned(found: AccountPreview) -> list[dict[str, Any]]:
    assert found.plan is not None
    return [{name: change[name] for name in WHAT} for change in found.plan.changes]


def done(nights: Nights) -> list[dict[str, Any]]:
    return [{name: change[name] for name in WHAT} for change in nights.changes()]


def record_of(nights: Nights) -> dict[str, list[dict[str, Any]]]:
    tables = ("run", "change", "issue", "account_state", "lease")
    return {name: nights.rows(f"select xmin::text, t.* from sync.{name} t order by 2, 3") for name in tables}


def files_of(nights: Nights) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in nights.store.rglob("*") if path.is_file()}


@pytest.mark.parametrize("edit", EDITED)
def test_the_next_run_does_exactly_what_the_preview_names(nights: Nights, edit: str) -> None:
    nights.run()
    nights.config = EDITED[edit]
    before, recorded, stored = nights.everything(), record_of(nights), files_of(nights)

    found = previewed(nights)

    assert (nights.everything(), record_of(nights), files_of(nights)) == (before, recorded, stored)
    assert found.left_out == {}
    assert found.plan is not None
    assert found.plan.plan.held == []
    assert {change["status"] for change in found.plan.changes} == {"dry_run"}
    nights.run()
    assert nights.last_run()["mode_reason"] == "configuration_changed"
    assert done(nights) == planned(found) != []


def test_a_dry_run_and_a_preview_of_the_same_file_are_equal(nights: Nights) -> None:
    nights.run()
    a_working_day(nights.tenant.company)
    nights.config = {"mapping": {"job_title": {"from": "jobTitle", "lower": True}}}
    nights.run(dry_run=True)

    found = previewed(nights)

    assert found.plan is not None
    assert found.run_id == nights.last_run()["id"]
    ids = ("seq", "status", "user_id", "team_id")
    recorded = nights.rows(
        "select seq, status::text, user_id, team_id from sync.change"
        " where run_id = (select max(id) from sync.run) order by seq"
    )
    assert planned(found) == done(nights)
    assert [{name: change[name] for name in ids} for change in found.plan.changes] == recorded
    issues = ("code", "entra_id", "message")
    assert [[row[name] for name in issues] for row in found.issues] == [
        [row[name] for name in issues] for row in nights.issues()
    ]


def test_an_attribute_that_was_never_read_is_named_and_its_field_left_out(nights: Nights) -> None:
    nights.run()
    nights.config = {
        "mapping": {"custom.building": "streetAddress", "custom.office": "officeLocation"},
        "checks": {"required": ["custom.building"]},
    }

    found = previewed(nights)

    assert found.left_out == {"custom.building": ["streetAddress"]}
    assert found.plan is not None
    fields = {name for change in found.plan.changes for name in change["fields"]}
    assert fields == {"custom.office"}


def test_leads_who_were_never_read_are_named_and_left_as_they_are(nights: Nights) -> None:
    nights.run()
    nights.config = {"teams": {"from_groups": {"lead": "owner"}}}

    found = previewed(nights)

    assert found.left_out == {"teams.from_groups.lead": ["owners of groups"]}
    assert planned(found) == []


@pytest.mark.parametrize(
    ("key", "config"),
    [
        ("mapping.email", {"mapping": {"email": {"from": "onPremisesUserPrincipalName"}}}),
        ("scope.filter", {"scope": {"filter": [{"attribute": "creationType", "is_null": True}]}}),
    ],
)
def test_without_the_attributes_of_scope_and_address_there_is_no_preview(
    nights: Nights, key: str, config: dict[str, Any]
) -> None:
    nights.run()
    nights.config = config

    with pytest.raises(ConfigurationError, match=key):
        previewed(nights)


def test_limits_that_would_break_and_checks_that_would_block_are_named(nights: Nights) -> None:
    nights.run()
    nights.config = {"scope": {"filter": [{"attribute": "department", "in": ["Sales"]}]}}
    broken = previewed(nights).plan
    nights.config = {"scope": {"filter": [{"attribute": "department", "in": ["Nowhere"]}]}}
    blocked = previewed(nights)

    assert broken is not None
    assert "too_many_deactivations" in [one.kind for one in broken.plan.held]
    assert blocked.plan is None
    assert "scope_empty" in [issue["code"] for issue in blocked.issues]
    assert blocked.blocked


def test_a_snapshot_that_is_not_whole_is_passed_over(nights: Nights) -> None:
    nights.run()
    whole = nights.last_run()["id"]
    nights.tenant.company.delete_user(plain_people(nights)[0])
    nights.tenant.settings.count_offset["users"] = 6
    nights.run(mode="full")

    assert previewed(nights).run_id == whole


def test_without_a_snapshot_the_preview_says_what_to_do(nights: Nights) -> None:
    account = AccountConfig.model_validate({"account": "nobody", "name": "Nobody Ltd"})

    with pytest.raises(EntraSyncError, match="make sync ACCOUNT=nobody"):
        preview_account(nights.url, Store.at(str(nights.store)), account)
