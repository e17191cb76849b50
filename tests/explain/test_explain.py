"""What is said of a person is what the run did, also where the run failed, was a dry run, or is long ago."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from entra_sync.db import connect, statement
from entra_sync.errors import EntraSyncError, ValidationBlocked
from entra_sync.explain import Explanation, Nobody, Several, explain
from entra_sync.record.reading import changes
from tests.e2e.conftest import Nights
from tests.e2e.oracle import expected, wanted
from tests.e2e.test_nights import plain_people


def asked(nights: Nights, person: str, run_id: int | None = None) -> Explanation:
    found = answer(nights, person, run_id)
    assert isinstance(found, Explanation)
    return found


def answer(nights: Nights, person: str, run_id: int | None = None) -> Explanation | Several | Nobody:
    ref = nights.ref()
    return explain(ref.database_url, ref.store, ref.account, person, run_id=run_id)


def peoplegoal_has(nights: Nights, email: str) -> int:
    """Somebody who was there before the first sync."""
    with connect(nights.url) as connection:
        connection.execute(statement("record/ensure_account"), {"slug": "contoso", "name": "Contoso Ltd"})
    with psycopg.connect(nights.url) as connection:
        row = connection.execute(
            "insert into peoplegoal.app_user (account_id, email, status)"
            " select id, %s, 'active' from peoplegoal.account returning id",
            [email],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_every_field_of_everybody_is_the_value_that_peoplegoal_got(nights: Nights) -> None:
    nights.config = {
        "mapping": {
            "custom.office": "officeLocation",
            "custom.enabled": {"from": "accountEnabled", "type": "bool"},
            "display_name": {"template": "{surname}, {givenName}"},
        }
    }
    nights.run()
    rows = nights.rows(
        "select u.entra_id::text as id, u.email, to_jsonb(p) as profile, m.entra_id::text as manager"
        " from peoplegoal.app_user u join peoplegoal.profile p on p.user_id = u.id"
        " left join peoplegoal.app_user m on m.id = p.manager_id"
    )

    for row in rows[::7]:
        found = asked(nights, row["id"])
        assert found.directory is not None
        values = {field.name: field.value for field in found.directory.fields}
        custom = {f"custom.{key}": value for key, value in row["profile"].pop("custom_fields").items()}
        assert values.pop("email") == row["email"]
        assert values == {name: (row["profile"] | custom).get(name) for name in values} | {"custom.enabled": "true"}
        assert custom["custom.enabled"] is True
        link = found.directory.manager
        assert link is not None
        assert [one.entra_id for one in link.taken[:1]] == ([row["manager"]] if row["manager"] else [])
        assert found.present is not None
        assert found.present.differs == {}


def test_everybody_in_the_tenant_is_explained_with_the_state_and_the_teams_of_the_run(nights: Nights) -> None:
    nights.run()
    company = nights.tenant.company
    teams: dict[str, set[str]] = {}
    for row in nights.rows(
        "select u.entra_id::text as id, t.name from peoplegoal.team_member m"
        " join peoplegoal.team t on t.id = m.team_id join peoplegoal.app_user u on u.id = m.user_id"
    ):
        teams.setdefault(row["id"], set()).add(row["name"])

    for entra_id, user in list(company.users.items())[::5]:
        found = asked(nights, entra_id)
        assert found.directory is not None
        assert (found.directory.state == "in_scope") == bool(wanted(user.attributes))
        assert {team.name for team in found.directory.teams} == teams.get(entra_id, set())
        assert all(rule.holds for rule in found.directory.rules) == (found.directory.state == "in_scope")


def test_what_a_limit_withheld_is_told_with_the_limit_and_the_decision(nights: Nights) -> None:
    nights.run()
    people = plain_people(nights)
    for user in people[:25]:
        nights.tenant.company.delete_user(user)
    nights.tenant.company.update_user(people[30], jobTitle="Captain")
    assert nights.run() == "held"

    leaver, mover = asked(nights, people[0]), asked(nights, people[30])

    assert leaver.done[0] == (
        "withheld: deactivated: no longer in the directory (deleted in Entra)"
        " (too many people would leave at once: a person is asked)"
    )
    assert [word.endswith('-> "Captain"') for word in mover.done] == [True]
    assert leaver.present is not None
    assert leaver.present.status == "ready_to_invite"


def test_somebody_whom_the_account_file_ignores_stays_and_is_told_so(nights: Nights) -> None:
    nights.config = {"leavers": {"deleted": "ignore"}}
    nights.run()
    gone = plain_people(nights)[0]
    nights.tenant.company.delete_user(gone)
    nights.run()

    found = asked(nights, gone)

    assert (found.done, found.ignored) == ((), True)
    assert found.present is not None
    assert found.present.status == "ready_to_invite"


def test_checks_that_stopped_the_run_leave_nothing_planned(nights: Nights) -> None:
    nights.run()
    nights.config = {"scope": {"filter": [{"attribute": "department", "in": ["Nowhere"]}]}}
    with pytest.raises(ValidationBlocked):
        nights.run()

    found = asked(nights, plain_people(nights)[0])

    assert (found.planned, found.done, found.run.error_step) == (False, (), "validate")
    assert found.directory is not None
    assert (found.directory.state, found.directory.reason) == ("out_of_scope", "filter")


def test_a_dry_run_tells_what_it_would_have_done(nights: Nights) -> None:
    nights.run()
    joiner = nights.tenant.company.add_user(displayName="New Person", mail="new.person@contoso.com")
    nights.run(dry_run=True)

    found = asked(nights, joiner)

    assert found.run.dry_run
    assert found.match.kind == "would_create"
    assert found.done[0] == "planned only: created, ready to invite, new.person@contoso.com"
    assert found.present is None


def test_a_run_is_explained_by_the_configuration_that_it_used(nights: Nights) -> None:
    person = plain_people(nights)[0]
    nights.config = {"mapping": {"job_title": {"value": "Staff"}}}
    nights.run()
    nights.config = {}

    found = asked(nights, person)

    assert found.run.own_file
    assert found.directory is not None
    title = next(field for field in found.directory.fields if field.name == "job_title")
    assert (title.value, title.how) == ("Staff", 'always "Staff"')


def test_without_its_configuration_a_run_is_explained_by_the_file_of_today(nights: Nights) -> None:
    nights.run()
    (nights.store / "checks" / "contoso" / "1" / "account.json").unlink()
    nights.config = {"mapping": {"job_title": {"value": "Staff"}, "custom.street": "streetAddress"}}

    found = asked(nights, plain_people(nights)[0])

    assert not found.run.own_file
    assert found.run.left_out == {"custom.street": ["streetAddress"]}
    assert found.directory is not None
    assert next(f.value for f in found.directory.fields if f.name == "job_title") == "Staff"


def test_somebody_who_was_there_before_the_first_sync_is_linked_by_address(nights: Nights) -> None:
    person = plain_people(nights)[0]
    address = nights.tenant.company.users[person].attributes["userPrincipalName"].lower()
    nights.tenant.company.update_user(person, mail=address)
    user_id = peoplegoal_has(nights, address)
    nights.run(dry_run=True)
    before = asked(nights, person)
    nights.run()
    now = asked(nights, person)
    nights.run()
    later = asked(nights, person)

    assert (before.match.kind, before.match.user_id) == ("would_link", user_id)
    assert (now.match.kind, now.match.user_id, now.match.run_id) == ("linked", user_id, 2)
    assert (later.match.kind, later.match.user_id, later.match.run_id) == ("object_id", user_id, 2)
    assert later.done == ()


def test_a_user_of_peoplegoal_whom_entra_does_not_know(nights: Nights) -> None:
    user_id = peoplegoal_has(nights, "only.here@contoso.com")
    nights.run()

    found = asked(nights, "Only.Here@contoso.com")

    assert (found.directory, found.entra_id, found.last_seen) == (None, None, None)
    assert found.present is not None
    assert (found.present.user_id, found.present.status) == (user_id, "active")


def test_somebody_deleted_is_found_in_the_snapshot_that_had_them_last(nights: Nights) -> None:
    guest = nights.tenant.company.add_user(displayName="A Guest", mail="guest@fabrikam.com", userType="Guest")
    leaver = plain_people(nights)[0]
    nights.run()
    nights.run()
    nights.tenant.company.delete_user(guest)
    nights.tenant.company.delete_user(leaver)
    nights.run()

    for person, wanted_as in ((guest, "GUEST@fabrikam.com"), (guest, guest), (leaver, leaver)):
        found = asked(nights, wanted_as)
        assert found.directory is None
        assert found.entra_id == person
        assert found.last_seen is not None
        assert found.last_seen.run_id == 2
        then = asked(nights, person, run_id=2)
        assert then.directory is not None


def test_the_history_names_every_run_that_did_something(nights: Nights) -> None:
    person = plain_people(nights)[0]
    nights.run()
    for title in ("One", "Two"):
        nights.tenant.company.update_user(person, jobTitle=title)
        nights.run()
        nights.run()
    nights.tenant.company.disable(person)
    nights.run()
    nights.tenant.company.enable(person)
    nights.run()

    found = asked(nights, person)

    assert [event.run_id for event in found.history] == [7, 6, 4, 2, 1]
    assert found.history[0].what[0].startswith("back: ready to invite again")
    assert "the account is disabled in Entra" in found.history[1].what[0]
    assert found.history[3].what == (f'job_title {json.dumps(title_of(nights, person, 2))} -> "One"',)


def title_of(nights: Nights, person: str, run_id: int) -> Any:
    """The title before a run changed it."""
    with connect(nights.url) as connection:
        rows = [row for row in changes(connection, run_id) if row["entra_id"] == person]
    return rows[0]["fields"]["job_title"][0]


def test_the_path_through_nested_groups_is_named(nights: Nights) -> None:
    company = nights.tenant.company
    person = plain_people(nights)[0]
    outer = sorted(g for _, g in expected(company)["teams"] if g in company.groups)[0]
    names = ["Between", "Inner"]
    kind = {"groupTypes": [], "mailEnabled": False, "securityEnabled": True, "visibility": None}
    between, inner = (company.add_group(displayName=name, **kind) for name in names)
    for group in company.groups.values():
        if person in group.member_ids:
            company.remove_member(group.id, person)
    company.add_member(outer, between)
    company.add_member(between, inner)
    company.add_member(inner, person)
    nights.run()

    found = asked(nights, person)

    assert found.directory is not None
    via = {team.key: team.via for team in found.directory.teams}
    assert via[f"group:{outer}"] == ("Between", "Inner")
    assert via[f"group:{inner}"] == ()


def test_an_explanation_reads_and_writes_nothing(nights: Nights) -> None:
    nights.run()
    before = nights.everything()
    requests = nights.tenant.counters.requests
    files = {path: path.stat().st_mtime_ns for path in nights.store.rglob("*")}

    asked(nights, plain_people(nights)[0])

    assert nights.everything() == before
    assert nights.tenant.counters.requests == requests
    assert {path: path.stat().st_mtime_ns for path in nights.store.rglob("*")} == files


def test_a_snapshot_that_is_gone_is_said_to_be_gone(nights: Nights) -> None:
    nights.run()
    nights.run()
    (nights.store / "landing" / "contoso" / "1" / "manifest.json").unlink()

    with pytest.raises(EntraSyncError, match="snapshot of run 1 is not kept any more"):
        answer(nights, "ann@contoso.com", run_id=1)
