"""A dirty tenant: every defect is named with its code and person, nothing else is touched, the run ends ``partial``."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from entra_sync.codes import SEVERITIES
from entra_sync.config.account import AccountConfig, load_account
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from sandbox.company import Company
from sandbox.dirt import NOISE
from sandbox.dirty import Defect, make_dirty
from sandbox.testing import SandboxTenant
from sandbox.wire import to_json
from tests.conftest import ROOT
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, profile

ACCOUNT = ROOT / "sandbox" / "accounts" / "contoso.yaml"

# Findings about the tables as a whole, or about the reading of them: no row of a directory brings them about.
OF_THE_SET = {
    "schema_mismatch",
    "id_missing",
    "id_duplicate",
    "id_malformed",
    "attributes_unreadable",
    "memberships_dangling",
    "memberships_unknown_group",
    "scope_empty",
    "scope_group_hidden",
    "scope_group_missing",
    "attribute_blank",
    "rows_drift",
    "not_listed",
    "drift_healed",
}

Named = set[tuple[str, str, str, str | None]]


@dataclass
class Story:
    """Two nights: a healthy one, and one after the tenant became dirty."""

    nights: Nights
    account: AccountConfig
    defects: list[Defect]
    status: str
    usual: Named
    named: Named
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def company(self) -> Company:
        return self.nights.tenant.company

    def rejected(self) -> set[str]:
        """People with a defect that keeps the row out, and who is held."""
        own = {entry.code: entry.severity for entry in self.account.checks.expectations}
        severities = {code: self.account.checks.severity_of(code) for code in SEVERITIES} | own
        return {one.entra_id for one in self.defects if severities.get(one.code, "reject") == "reject"}


def named(nights: Nights) -> Named:
    return {(row["code"], row["entity"], str(row["entra_id"]), row["field"]) for row in nights.issues()}


@pytest.fixture(scope="module")
def story(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One story for all tests of the module, in their order; only the last two run further nights."""
    name = f"t_{secrets.token_hex(6)}"
    postgres.create_database(name)
    migrate(postgres.url(name))
    config = yaml.safe_load(ACCOUNT.read_text(encoding="utf-8"))
    with SandboxTenant(users=250, groups=90) as tenant:
        nights = Nights(
            tenant=tenant, url=postgres.url(name), store=tmp_path_factory.mktemp("dirty") / "store", config=config
        )
        assert nights.run() == "success"
        usual, before = named(nights), actual(nights.url)
        defects = make_dirty(tenant.company)
        status = nights.run()
        assert nights.last_run()["mode"] == "incremental"
        yield Story(
            nights=nights,
            account=load_account(ACCOUNT),
            defects=defects,
            status=status,
            usual=usual,
            named=named(nights),
            before=before,
            after=actual(nights.url),
        )
    postgres.drop_database(name)


def test_every_defect_is_named_and_nothing_else(story: Story) -> None:
    wanted = {(one.code, one.entity, one.entra_id, one.field) for one in story.defects}
    assert story.status == "partial"
    assert {code for code, *_ in story.usual} <= {"manager_not_a_user", "manager_disabled", "team_lead_missing"}
    assert story.named - story.usual == wanted
    assert story.usual <= story.named
    assert len(wanted) == len(story.defects)


def test_nothing_is_touched_but_what_the_directory_changed(story: Story) -> None:
    rejected, before, after = story.rejected(), story.before["people"], story.after["people"]
    assert after.keys() == before.keys()
    for person in after:
        if person in rejected:
            assert after[person] == before[person]
        else:
            given = {name: shown(value) for name, value in story.company.users[person].attributes.items()}
            assert after[person] == profile(given)
    assert sum(after[person] != before[person] for person in after) >= len(NOISE)


def test_custom_fields_hold_what_the_attributes_mean(story: Story) -> None:
    rows = story.nights.rows(
        "select entra_id::text, custom_fields from peoplegoal.app_user join peoplegoal.profile"
        " on user_id = id where status <> 'deactivated'"
    )
    for row in rows:
        given = story.company.users[row["entra_id"]].attributes["onPremisesExtensionAttributes"]
        if row["entra_id"] not in story.rejected():
            assert row["custom_fields"] == custom_fields(given)


def test_managers_are_the_nearest_in_peoplegoal(story: Story) -> None:
    rejected = story.rejected()
    cut = {one.entra_id for one in story.defects if one.code in ("manager_cycle", "manager_self")}
    accepted = story.before["people"].keys() - rejected
    for person in accepted:
        wanted = None if person in cut else nearest(story.company, person, accepted)
        assert story.after["managers"].get(person) == wanted, person
    for person in rejected:
        assert story.after["managers"].get(person) == story.before["managers"].get(person)


def test_every_code_that_a_row_can_bring_about_is_in_the_dirt(story: Story) -> None:
    assert {one.code for one in story.defects} >= SEVERITIES.keys() - OF_THE_SET
    assert SEVERITIES.keys() >= OF_THE_SET


def test_a_lone_surrogate_goes_over_the_wire_as_an_escape(story: Story) -> None:
    broken = next(u for u in story.company.users.values() if "\ud800" in str(u.attributes.get("givenName")))
    assert b'"An\\ud800na"' in to_json(broken.attributes)
    assert story.after["people"][broken.id]["first_name"] == "An\ufffdna"


def test_the_same_dirt_changes_nothing_the_next_time(story: Story) -> None:
    everything = story.nights.everything()

    for mode in ("auto", "full"):
        assert story.nights.run(mode=mode) == "partial"
        assert story.nights.everything() == everything
        assert named(story.nights) == story.named
        assert {row["status"] for row in story.nights.changes()} == {"held", "rejected"}


def test_a_mended_tenant_is_synced_whole(story: Story) -> None:
    """Whoever was rejected follows as soon as the row is good."""
    company = story.company
    for person in story.rejected():
        attributes = company.users[person].attributes
        company.update_user(
            person,
            mail=attributes["userPrincipalName"],
            employeeHireDate="2024-05-01T00:00:00Z",
            employeeType="Employee",
            jobTitle="Mended",
            onPremisesExtensionAttributes={f"extensionAttribute{n}": None for n in range(2, 16)}
            | {"extensionAttribute1": "CC-1"},
        )

    story.nights.run()

    people = actual(story.nights.url)["people"]
    assert {people[person]["job_title"] for person in story.rejected()} == {"Mended"}


def custom_fields(given: dict[str, str | None]) -> dict[str, Any]:
    """What the account's mapping makes of the extension attributes; an empty one is no key."""
    level, remote = given.get("extensionAttribute3"), given.get("extensionAttribute4")
    fields = {
        "cost_center": given.get("extensionAttribute1"),
        "probation_ends": given.get("extensionAttribute2"),
        "level": level and int(level),
        "remote": remote and remote.lower() == "yes",
        "badge": given.get("extensionAttribute5"),
        "pager": given.get("extensionAttribute6"),
        "second_email": given.get("extensionAttribute7"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def shown(value: Any) -> Any:
    """A text as PeopleGoal shows it: whole characters, composed, blanks for breaks, no other control characters.

    A directory writes the first day of the year 1 for a date that is not set.
    """
    if value == "0001-01-01T00:00:00Z":
        return None
    if isinstance(value, list):
        return [shown(item) for item in value]
    if not isinstance(value, str):
        return value
    whole = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    spaced = "".join(" " if sign in "\t\n\r\v\f\x85\u2028\u2029" else sign for sign in whole)
    return unicodedata.normalize("NFC", "".join(sign for sign in spaced if unicodedata.category(sign) != "Cc"))


def nearest(company: Company, person: str, accepted: set[str]) -> str | None:
    """The first accepted manager up the chain; contacts and unknown users end it."""
    passed, above = {person}, company.manager_of(person)
    while above in company.users and above not in passed:
        if above in accepted:
            return above
        passed.add(above)
        above = company.manager_of(above)
    return None
