"""Nights of one tenant: what must hold for the whole run, from the directory to the database."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entra_sync.errors import GraphError, SignInRefused
from sandbox.day import a_working_day
from sandbox.faults import Fault
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, email, everybody, expected, wanted


def plain_people(nights: Nights) -> list[str]:
    """People in scope whom nobody reports to, sorted."""
    users = nights.tenant.company.users
    managers = {user.manager_id for user in users.values()}
    return sorted(u for u, user in users.items() if wanted(user.attributes) and u not in managers)


def found(changes: list[dict[str, Any]], entity: str, action: str, entra_id: str) -> dict[str, Any]:
    """The one change of that kind."""
    (change,) = [c for c in changes if (c["entity"], c["action"], c["entra_id"]) == (entity, action, entra_id)]
    return change


def test_the_database_equals_the_directory(nights: Nights) -> None:
    assert nights.run() in ("success", "partial")

    assert actual(nights.url) == expected(nights.tenant.company)
    users = nights.rows("select distinct status::text from peoplegoal.app_user")
    assert users == [{"status": "ready_to_invite"}]


def test_the_same_directory_again_changes_nothing_not_even_updated_at(nights: Nights) -> None:
    nights.run()
    before = nights.everything()

    assert nights.run() == "no_changes"

    assert nights.everything() == before
    assert nights.changes() == []


def test_days_pass_and_the_database_follows(nights: Nights) -> None:
    nights.run()
    for _ in range(4):
        a_working_day(nights.tenant.company)

        assert nights.run() in ("success", "partial")
        assert actual(nights.url) == expected(nights.tenant.company)


@pytest.mark.parametrize("hidden_members", ["forbidden", "empty"])
def test_a_hidden_group_lends_no_members_to_the_groups_around_it(nights: Nights, hidden_members: str) -> None:
    company = nights.tenant.company
    nights.tenant.settings.hidden_members = hidden_members
    hidden = next(g for g, group in company.groups.items() if group.attributes["visibility"] == "HiddenMembership")
    team = sorted(g for _, g in expected(company)["teams"])[0]
    company.add_member(team, hidden)

    assert nights.run() in ("success", "partial")
    assert actual(nights.url) == expected(company)


def test_the_changes_name_exactly_what_changed(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    renamed, moved, cleared, left, disabled, one, other, joins, parts = plain_people(nights)[:9]
    manager = next(u.manager_id for k, u in company.users.items() if k == moved)
    boss = sorted(u for u, user in company.users.items() if wanted(user.attributes) and u not in (moved, manager))[0]
    team = sorted(g for g in expected(company)["teams"])[0][1]
    group = next(g for _, g in expected(company)["teams"] if not {parts, joins} & everybody(company, g))
    company.add_member(group, parts)
    nights.run()

    company.update_user(renamed, surname="Newname", displayName="Ann Newname", mail="ann.newname@contoso.com")
    company.set_manager(moved, boss)
    company.update_user(cleared, jobTitle=None)
    company.delete_user(left)
    company.disable(disabled)
    first, second = company.users[one].attributes["mail"], company.users[other].attributes["mail"]
    company.update_user(one, mail=second)
    company.update_user(other, mail=first)
    company.update_group(team, displayName="Renamed team")
    company.add_member(group, joins)
    company.remove_member(group, parts)
    joiner = company.add_user(displayName="New Person", mail="new.person@contoso.com")
    assert nights.run() in ("success", "partial")

    changes = nights.changes()
    assert found(changes, "user", "create", joiner)["label"] == "New Person"
    assert found(changes, "user", "deactivate", left)["fields"]["status"][1] == "deactivated"
    assert found(changes, "user", "deactivate", disabled)
    assert found(changes, "profile", "update", renamed)["fields"]["last_name"][1] == "Newname"
    assert found(changes, "user", "update", renamed)["fields"]["email"][1] == "ann.newname@contoso.com"
    assert list(found(changes, "profile", "update", moved)["fields"]) in (["manager"], ["manager_id"])
    assert found(changes, "profile", "update", cleared)["fields"]["job_title"][1] is None
    assert found(changes, "user", "update", one)["fields"]["email"] == [first.lower(), second.lower()]
    assert found(changes, "user", "update", other)["fields"]["email"] == [second.lower(), first.lower()]
    assert found(changes, "team", "update", team)["fields"]["name"][1] == "Renamed team"
    assert joins in {c["entra_id"] for c in changes if (c["entity"], c["action"]) == ("team_member", "add")}
    assert parts in {c["entra_id"] for c in changes if (c["entity"], c["action"]) == ("team_member", "remove")}
    touched = {c["entra_id"] for c in changes if c["entity"] in ("user", "profile")}
    reports = {u for u, user in company.users.items() if user.manager_id in (left, disabled)}
    assert touched - reports == {joiner, left, disabled, renamed, moved, cleared, one, other}
    assert actual(nights.url) == expected(company)


def test_a_leavers_address_on_a_new_hire_is_a_new_user(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    leaver = plain_people(nights)[0]
    address = email(company.users[leaver].attributes)
    old = nights.rows(
        "select * from peoplegoal.profile p join peoplegoal.app_user u on u.id = p.user_id where u.entra_id = %s",
        leaver,
    )[0]

    company.delete_user(leaver)
    hire = company.add_user(displayName="Another Person", mail=address)
    nights.run()

    users = nights.rows("select entra_id::text, status::text, id from peoplegoal.app_user where email = %s", address)
    assert {u["entra_id"]: u["status"] for u in users} == {leaver: "deactivated", hire: "ready_to_invite"}
    now = nights.rows(
        "select p.* from peoplegoal.profile p join peoplegoal.app_user u on u.id = p.user_id where u.entra_id = %s",
        leaver,
    )[0]
    assert {k: v for k, v in now.items() if k != "manager_id"} == {k: old[k] for k in now if k != "manager_id"}


@pytest.mark.parametrize("path", [r"^/users\?", r"^/groups\?", r"^/groups/[^/]+/members"])
@pytest.mark.parametrize("status", [400, 503])
def test_a_failed_page_deactivates_nobody_and_the_next_run_repairs(nights: Nights, path: str, status: int) -> None:
    company = nights.tenant.company
    nights.run()
    before = nights.everything()
    company.delete_user(plain_people(nights)[0])
    nights.tenant.settings.users_page = 20
    nights.tenant.faults.add(Fault(path=path, status=status, skip=0 if path == r"^/groups\?" else 1))

    with pytest.raises(GraphError):
        nights.run(mode="full")

    run = nights.last_run()
    assert (run["status"], run["users_deactivated"]) == ("failed", 0)
    assert str(status) in run["error_message"]
    assert run["finished_at"] is not None
    assert nights.everything() == before
    assert nights.changes() == []

    nights.tenant.faults.clear()
    assert nights.run() in ("success", "partial")
    assert actual(nights.url) == expected(company)


@pytest.mark.parametrize("collection", ["users", "groups"])
def test_absence_is_no_evidence_when_the_tenants_count_disagrees(nights: Nights, collection: str) -> None:
    company = nights.tenant.company
    nights.run()
    leaver, renamed = plain_people(nights)[:2]
    company.delete_user(leaver)
    company.update_user(renamed, surname="Newname")
    nights.tenant.settings.count_offset[collection] = 6

    assert nights.run() == "partial"

    changes = nights.changes()
    assert {(c["action"], c["entra_id"]) for c in changes} == {("update", renamed)}
    assert "snapshot_incomplete" in {issue["code"] for issue in nights.issues()}


def test_an_empty_tenant_makes_nobody_leave(nights: Nights) -> None:
    nights.run()
    before = nights.everything()
    company = nights.tenant.company
    for user in list(company.users):
        company.delete_user(user)

    nights.run()

    assert nights.everything() == before
    assert "snapshot_empty" in {issue["code"] for issue in nights.issues()}


def test_what_is_over_a_limit_is_held_and_all_else_applied(nights: Nights) -> None:
    nights.run()
    people = plain_people(nights)
    statuses = "select entra_id, status from peoplegoal.app_user order by entra_id"
    before = nights.rows(statuses)
    for user in people[:25]:
        nights.tenant.company.delete_user(user)
    nights.tenant.company.update_user(people[30], jobTitle="Captain")

    assert nights.run() == "held"

    assert nights.rows(statuses) == before
    assert {c["entra_id"] for c in nights.changes() if c["status"] == "held"} == set(people[:25])
    assert found(nights.changes(), "profile", "update", people[30])["status"] == "applied"
    assert {issue["code"] for issue in nights.issues() if issue["severity"] == "error"} == {"too_many_deactivations"}


def test_a_refused_sign_in_is_recorded_without_the_secret(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SignInRefused):
        nights.run(password="wr0ng~secret")

    run = nights.last_run()
    assert run["error_class"] == "SignInRefused"
    assert "AADSTS7000215" in run["error_message"]
    (issue,) = nights.issues()
    assert issue["code"] == "sign_in_refused"
    assert "Client Secret" in (issue["hint"] or "") + issue["message"]
    for text in (str(run), str(issue), caplog.text):
        assert "wr0ng~secret" not in text
        assert nights.tenant.client_secret not in text


def test_a_dry_run_records_the_plan_and_writes_nobody(nights: Nights) -> None:
    nights.run()
    before = nights.everything()
    left = plain_people(nights)[0]
    nights.tenant.company.delete_user(left)

    nights.run(dry_run=True)

    assert nights.everything() == before
    assert {c["status"] for c in nights.changes()} == {"dry_run"}
    assert found(nights.changes(), "user", "deactivate", left)


def test_logs_hold_no_names_and_no_addresses(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    nights.tenant.settings.users_page = 20

    nights.run()

    assert "step=load" in caplog.text
    words = set(re.findall(r"\S+", caplog.text))
    for user in nights.tenant.company.users.values():
        assert user.attributes["userPrincipalName"] not in words
        assert user.attributes["displayName"] not in caplog.text
    assert nights.tenant.client_secret not in caplog.text
    assert not re.search(r"eyJ[\w-]+\.eyJ[\w-]+", caplog.text), "a bearer token"
    assert "skiptoken" not in caplog.text
