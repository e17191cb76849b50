"""The rules that hold always, one test each, from the directory to the database.

What each means in every case is tested where the work is done; here it is that the whole keeps its word.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from upath import UPath

from entra_sync import record
from entra_sync.db import connect
from entra_sync.errors import AccountBusy, GraphError, GraphProtocolError
from entra_sync.extract.base import Base, newest_base, why_full
from sandbox.day import a_working_day
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, email, expected
from tests.e2e.test_nights import found, plain_people
from tests.load.factory import FIRST, Directory, change, entra_id
from tests.load.factory import Nights as LoadNights

STATUSES = "select entra_id::text as person, status from peoplegoal.app_user order by 1"


def user(nights: Nights, person: str) -> dict[str, Any]:
    """Everything PeopleGoal has of a person."""
    (row,) = nights.rows(
        "select p.*, u.*, m.entra_id::text as manager from peoplegoal.app_user u"
        " join peoplegoal.profile p on p.user_id = u.id left join peoplegoal.app_user m on m.id = p.manager_id"
        " where u.entra_id = %s",
        person,
    )
    return row


def codes(nights: Nights, person: str | None = None) -> list[str]:
    """Codes of the newest run's issues, about somebody or at all."""
    return [issue["code"] for issue in nights.issues() if person in (None, issue["entra_id"])]


def test_rule_01_absence_is_no_evidence(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    before = nights.rows(STATUSES)
    company.delete_user(plain_people(nights)[0])

    nights.tenant.faults.add(Fault(path=r"^/users\?", status=503, skip=1))
    nights.tenant.settings.users_page = 20
    with pytest.raises(GraphError):
        nights.run(mode="full")
    assert nights.rows(STATUSES) == before
    nights.tenant.faults.clear()
    nights.tenant.settings.count_offset["users"] = 6
    assert nights.run(mode="full") == "partial"
    assert nights.rows(STATUSES) == before
    nights.tenant.settings.count_offset.clear()
    nights.tenant.faults.add(Fault(path=r"^/users\?", status=200, body={"value": []}))
    assert nights.run(mode="full") != "success"
    assert nights.rows(STATUSES) == before

    nights.tenant.faults.clear()
    nights.run(mode="full")
    assert [row["status"] for row in nights.rows(STATUSES)].count("deactivated") == 1


def test_rule_02_the_object_id_is_the_person(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    person, other = plain_people(nights)[:2]
    before = user(nights, person)
    company.update_user(person, displayName="Another Name", surname="Name", mail="another.name@contoso.com")
    address = email(company.users[other].attributes)
    newcomer = company.add_user(displayName="New Person", mail=address)

    nights.run()

    after = user(nights, person)
    assert (after["id"], after["email"]) == (before["id"], "another.name@contoso.com")
    assert found(nights.changes(), "user", "create", newcomer)["status"] == "held"
    assert "email_conflict" in codes(nights, newcomer)
    assert nights.rows("select 1 from peoplegoal.app_user where entra_id = %s", newcomer) == []
    assert user(nights, other)["email"] == address
    company.delete_user(other)
    nights.run()
    assert user(nights, newcomer)["id"] != user(nights, other)["id"]
    assert user(nights, other)["status"] == "deactivated"


def test_rule_03_nobody_is_deleted(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    deleted, disabled, guest = people = plain_people(nights)[:3]
    ids = {person: user(nights, person)["id"] for person in people}
    company.delete_user(deleted)
    company.disable(disabled)
    company.update_user(guest, userType="Guest")

    nights.run()

    assert {user(nights, person)["status"] for person in people} == {"deactivated"}
    company.restore_user(deleted)
    company.enable(disabled)
    company.update_user(guest, userType="Member")
    nights.run()
    assert {person: user(nights, person)["id"] for person in people} == ids
    assert {user(nights, person)["status"] for person in people} == {"ready_to_invite"}
    assert actual(nights.url) == expected(company)


def test_rule_04_peoplegoals_own_values_stay(nights: Nights) -> None:
    nights.config = {"mapping": {"city": None, "custom.cost_center": "companyName"}}
    company = nights.tenant.company
    nights.run()
    invited, active = plain_people(nights)[:2]
    for person, status in ((invited, "invited"), (active, "active")):
        with connect(nights.url) as connection:
            connection.execute(
                "update peoplegoal.app_user set status = %s, invited_at = now() where entra_id = %s", [status, person]
            )
            connection.execute(
                "update peoplegoal.profile set city = 'Atlantis', custom_fields = custom_fields || '{\"badge\": 7}'"
                " where user_id = (select id from peoplegoal.app_user where entra_id = %s)",
                [person],
            )
        company.update_user(person, jobTitle="Captain", city="Utopia", companyName="Contoso Two")

    nights.run()

    for person, status in ((invited, "invited"), (active, "active")):
        row = user(nights, person)
        assert (row["status"], row["city"], row["job_title"]) == (status, "Atlantis", "Captain")
        assert row["custom_fields"] == {"badge": 7, "cost_center": "Contoso Two"}
        assert row["invited_at"] is not None


def test_rule_05_absent_null_and_empty_are_three_things(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    cleared, emptied, absent = plain_people(nights)[:3]
    before = user(nights, absent)["job_title"]
    company.update_user(cleared, jobTitle=None)
    company.update_user(emptied, jobTitle="")
    nights.run()
    assert (user(nights, cleared)["job_title"], user(nights, emptied)["job_title"]) == (None, None)

    nights.config = {"mapping": {"job_title": None}}
    company.update_user(absent, jobTitle="Captain")
    nights.run()

    assert user(nights, absent)["job_title"] == before, "what was not asked for changes nothing"


def test_rule_06_the_org_chart_is_a_graph(nights: Nights) -> None:
    company = nights.tenant.company
    one, two, three, report = plain_people(nights)[:4]
    company.disable(three)
    company.set_manager(report, three)
    company.set_manager(one, two)
    company.set_manager(two, one)

    nights.run()

    assert user(nights, report)["manager"] is None
    assert codes(nights, report)
    kept = {person: user(nights, person)["manager"] for person in (one, two)}
    assert sorted(kept.values(), key=str) in ([one, None], [two, None]), "one edge of the cycle goes"
    (cycle,) = [issue for issue in nights.issues() if issue["code"] == "manager_cycle"]
    assert one in cycle["message"]
    assert two in cycle["message"]
    company.enable(three)
    nights.run(mode="full")
    assert user(nights, report)["manager"] == three, "linked in the night they appear"
    assert {person: user(nights, person)["manager"] for person in (one, two)} == kept, "the same edge every night"


def test_rule_07_what_is_over_a_limit_is_held(nights: Nights) -> None:
    nights.run()
    gone, promoted = plain_people(nights)[:25], plain_people(nights)[30]
    before = nights.rows(STATUSES)
    for person in gone:
        nights.tenant.company.delete_user(person)
    nights.tenant.company.update_user(promoted, jobTitle="Captain")

    assert nights.run() == "held"

    assert nights.rows(STATUSES) == before
    assert user(nights, promoted)["job_title"] == "Captain"
    assert {c["entra_id"] for c in nights.changes() if c["status"] == "held"} == set(gone)
    (question,) = nights.rows("select * from sync.decision")
    assert (question["status"], question["kind"], question["items"]) == ("open", "too_many_deactivations", 25)
    with connect(nights.url) as connection:
        connection.execute("update sync.decision set expires_at = now() - interval '1 second'")
    nights.run()
    assert nights.rows("select status from sync.decision") == [{"status": "expired"}]
    assert nights.rows(STATUSES) == before, "nobody answering means no"


def reason_after(nights: Nights, base: Base, *, last: float, now: float) -> str | None:
    """Why everything is read ``now`` days after the full reading, when the last night was on the day ``last``."""
    full_as_of = base.manifest.full_as_of
    manifest = replace(base.manifest, as_of=full_as_of + timedelta(days=last))
    found = replace(base, manifest=manifest)
    return why_full(found, nights.ref().account, "auto", full_as_of + timedelta(days=now), synced_before=True)


def test_rule_08_delta_says_who_and_the_object_what(nights: Nights) -> None:
    nights.run()
    changed = plain_people(nights)[0]
    nights.tenant.company.update_user(changed, jobTitle="Captain")
    landing = UPath(nights.store) / "landing" / "contoso"
    base = newest_base(landing, 99)
    assert base is not None
    lie = {"value": [{"id": changed, "jobTitle": "Stowaway"}], "@odata.deltaLink": base.manifest.delta_links["users"]}
    nights.tenant.faults.add(Fault(path=r"^/users/delta", status=200, body=lie))

    nights.run()

    assert nights.last_run()["mode"] == "incremental"
    assert user(nights, changed)["job_title"] == "Captain"
    nights.tenant.faults.clear()
    assert [reason_after(nights, base, last=0, now=days) for days in (1, 6.5)] == [None, "token_old"]
    assert [reason_after(nights, base, last=5, now=days) for days in (6, 7)] == [None, "weekly"]
    nights.config = {"mapping": {"city": None}}
    nights.run()
    assert (nights.last_run()["mode"], nights.last_run()["mode_reason"]) == ("full", "configuration_changed")


def test_rule_09_delta_links_and_data_move_together(nights: Nights) -> None:
    company = nights.tenant.company
    nights.run()
    a_working_day(company)
    nights.tenant.faults.add(Fault(path=r"^/groups/delta", status=503))
    with pytest.raises(GraphError):
        nights.run(mode="incremental")
    nights.tenant.faults.clear()
    sealed = sorted(path.parent.name for path in nights.store.glob("landing/contoso/*/manifest.json"))
    assert sealed == ["1"], "the position that was read is lost with the data"
    a_working_day(company)

    nights.run(mode="incremental")

    assert nights.last_run()["mode"] == "incremental"
    assert actual(nights.url) == expected(company)


def test_rule_10_one_run_per_account_at_a_time(loads: LoadNights) -> None:
    first = loads.open()
    with pytest.raises(AccountBusy, match=str(first.id)):
        loads.open(wait_s=0)
    other = LoadNights(url=loads.url, slug="fabrikam")
    assert other.run(Directory.of("ann")).status == "success", "each account has its own"

    loads.do("update sync.lease set expires_at = now()")
    second = loads.open(wait_s=0)

    (dead,) = loads.rows("select * from sync.run where id = %s", first.id)
    assert (dead["status"], dead["error_code"]) == ("failed", "run_abandoned")
    with connect(loads.url) as connection:
        record.close_run(connection, loads.slug, second.dag_run_id, issues=None)
    assert loads.rows("select * from sync.lease") == []


def test_rule_11_an_older_snapshot_never_overwrites_a_newer_one(loads: LoadNights) -> None:
    directory = Directory.of("ann", "bob")
    loads.run(directory, as_of=FIRST + timedelta(days=2))
    before = loads.everything()
    directory.people["ann"].values["job_title"] = "Lead"
    del directory.people["bob"]

    result = loads.run(directory, as_of=FIRST + timedelta(days=1))

    assert (result.status, loads.changes()) == ("stale", [])
    assert loads.everything() == before
    assert loads.run(directory, as_of=FIRST + timedelta(days=3)).users_deactivated == 1
    assert change(loads.changes(), "user", "deactivate", "bob")["entra_id"] == entra_id("bob")


@pytest.mark.parametrize("path", [r"^/users\?", r"^/groups\?"])
def test_rule_12_token_goes_to_the_configured_host_only(nights: Nights, path: str) -> None:
    with SandboxTenant(users=5, groups=1) as foreign:
        nights.tenant.faults.add(Fault(path=path, next_link=f"{foreign.base_url}/users?$top=5"))

        with pytest.raises(GraphProtocolError, match="another host"):
            nights.run()

        assert foreign.counters.requests == 0
    assert nights.last_run()["status"] == "failed"
