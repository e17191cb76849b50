"""Any history of a directory, of faults and of runs ends with the database equal to the directory.

Steps are drawn by hypothesis: what administrators do, what goes wrong, nights in any mode, nights that fail and are
repeated. After every night without a fault the database must be what the directory says, worked out by the oracle.
ENTRA_SYNC_HISTORIES sets how many histories are tried (default 6 of up to 40 steps; `make soak` tries hundreds).
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from entra_sync.errors import EntraSyncError
from sandbox.company import build_company
from sandbox.day import a_working_day
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights
from tests.e2e.oracle import actual, expected
from tests.e2e.reliability import DELTA, FAULTS, PAGED

HISTORIES = int(os.environ.get("ENTRA_SYNC_HISTORIES", "6"))
STEPS = 40
OFF = {"max_deactivations": None, "max_creations": None, "max_team_loss": None}

picks = st.integers(0, 10_000)
words = st.sampled_from(["Ada", "Grace", "Linus", "Zoë", "O'Neil", "李", "x y", "", None])
PLACES = {
    "users": r"^/users\?",
    "groups": r"^/groups\?",
    "members": "/members",
    "users/delta": r"^/users/delta",
    "groups/delta": r"^/groups/delta",
    "one user": r"^/users/[0-9a-f]{8}-",
    "one group": r"^/groups/[0-9a-f]{8}-[0-9a-f-]{27}\?",
    "counts": r"\$count",
    "anything": "",
}
# Waiting for a Retry-After or a time-out shows nothing more here than it does in test_reliability.
WHAT = {
    name: make
    for name, make in (FAULTS | PAGED | DELTA).items()
    if not name.startswith("429, Retry-After") and name != "no answer in time"
}


class History(RuleBasedStateMachine):
    """One company, one account, night after night."""

    database_url = ""

    @initialize(
        seed=st.integers(1, 50),
        users_page=st.sampled_from([None, 7]),
        delta=st.fixed_dictionaries(
            {
                "delta_page": st.sampled_from([1, 3, 200]),
                "delta_members": st.sampled_from([1, 4, 500]),
                "delta_repeat": st.booleans(),
                "delta_shuffle": st.booleans(),
                "delta_manager": st.sampled_from(["listed", "absent"]),
                "empty_pages": st.booleans(),
                "manager_null": st.booleans(),
                "hidden_members": st.sampled_from(["forbidden", "empty"]),
            }
        ),
    )
    def begin(self, seed: int, users_page: int | None, delta: dict[str, Any]) -> None:
        company = build_company(seed=seed, users=40, groups=8)
        self.tenant = SandboxTenant(company, users_page=users_page, **delta)
        self.tenant.__enter__()
        self.folder = tempfile.TemporaryDirectory(prefix="history-")
        self.account = f"h{secrets.token_hex(6)}"
        self.nights = Nights(
            tenant=self.tenant,
            url=self.database_url,
            store=Path(self.folder.name),
            config={"account": self.account, "guards": OFF, "reading": {"collapse": None}},
        )

    def teardown(self) -> None:
        if hasattr(self, "tenant"):
            self.tenant.__exit__(None, None, None)
            self.folder.cleanup()

    # What administrators do

    def pick(self, objects: dict[str, Any], number: int) -> str:
        ids = sorted(objects)
        return ids[number % len(ids)]

    @rule(name=words, enabled=st.booleans(), manager=picks, kind=st.sampled_from(["Member", "Member", "Guest"]))
    def hire(self, name: str | None, enabled: bool, manager: int, kind: str) -> None:
        users = self.tenant.company.users
        boss = self.pick(users, manager) if users else None
        self.tenant.company.add_user(
            displayName=f"{name} {len(users)}", manager_id=boss, accountEnabled=enabled, userType=kind
        )

    @precondition(lambda self: self.tenant.company.users)
    @rule(who=picks, what=st.sampled_from(["givenName", "jobTitle", "department", "mobilePhone", "city"]), to=words)
    def edit(self, who: int, what: str, to: str | None) -> None:
        self.tenant.company.update_user(self.pick(self.tenant.company.users, who), **{what: to})

    @precondition(lambda self: self.tenant.company.users)
    @rule(who=picks)
    def readdress(self, who: int) -> None:
        company = self.tenant.company
        address = company.free_principal_name("renamed")
        company.update_user(self.pick(company.users, who), userPrincipalName=address, mail=address)

    @precondition(lambda self: self.tenant.company.users)
    @rule(who=picks, boss=st.one_of(st.none(), picks))
    def report_to(self, who: int, boss: int | None) -> None:
        company = self.tenant.company
        person = self.pick(company.users, who)
        manager = None if boss is None else self.pick(company.users, boss)
        # A circle costs the edge that closes it; which one is not the oracle's business.
        if manager is None or person not in chain(company, manager):
            company.set_manager(person, manager)

    @precondition(lambda self: self.tenant.company.users)
    @rule(who=picks)
    def enable_or_disable(self, who: int) -> None:
        company = self.tenant.company
        person = self.pick(company.users, who)
        enabled = company.users[person].attributes["accountEnabled"]
        company.update_user(person, accountEnabled=not enabled)

    @precondition(lambda self: len(self.tenant.company.users) > 10)
    @rule(who=picks)
    def delete(self, who: int) -> None:
        self.tenant.company.delete_user(self.pick(self.tenant.company.users, who))

    @precondition(lambda self: self.tenant.company.deleted_users)
    @rule(who=picks)
    def restore(self, who: int) -> None:
        company = self.tenant.company
        person = self.pick(company.deleted_users, who)
        manager = company.deleted_users[person].manager_id
        if manager is None or person not in chain(company, manager):
            company.restore_user(person)

    @precondition(lambda self: self.tenant.company.deleted_users)
    @rule(who=picks)
    def purge(self, who: int) -> None:
        self.tenant.company.purge_user(self.pick(self.tenant.company.deleted_users, who))

    @rule(name=words, security=st.booleans(), visibility=st.sampled_from(["Private", "HiddenMembership", None]))
    def new_group(self, name: str | None, security: bool, visibility: str | None) -> None:
        kind = {"groupTypes": [], "mailEnabled": False, "securityEnabled": True} if security else {}
        number = self.tenant.company.serial
        self.tenant.company.add_group(displayName=f"Group {name} {number}", visibility=visibility, **kind)

    @precondition(lambda self: len(self.tenant.company.groups) > 2)
    @rule(which=picks)
    def delete_group(self, which: int) -> None:
        self.tenant.company.delete_group(self.pick(self.tenant.company.groups, which))

    @precondition(lambda self: self.tenant.company.deleted_groups)
    @rule(which=picks)
    def restore_group(self, which: int) -> None:
        self.tenant.company.restore_group(self.pick(self.tenant.company.deleted_groups, which))

    @rule(which=picks, visibility=st.sampled_from(["Private", "HiddenMembership"]))
    def reveal_or_hide(self, which: int, visibility: str) -> None:
        self.tenant.company.update_group(self.pick(self.tenant.company.groups, which), visibility=visibility)

    @rule(which=picks, who=picks, nested=st.booleans())
    def join(self, which: int, who: int, nested: bool) -> None:
        company = self.tenant.company
        group = self.pick(company.groups, which)
        member = self.pick(company.groups if nested else company.users, who)
        if member != group:
            company.add_member(group, member)

    @rule(which=picks, who=picks)
    def leave(self, which: int, who: int) -> None:
        company = self.tenant.company
        group = self.pick(company.groups, which)
        members = dict.fromkeys(company.members(group))
        if members:
            company.remove_member(group, self.pick(members, who))

    @rule()
    def day(self) -> None:
        a_working_day(self.tenant.company)

    # Nights

    @rule(mode=st.sampled_from(["auto", "auto", "auto", "incremental", "full"]))
    def night(self, mode: str) -> None:
        self.tenant.faults.clear()
        status = self.nights.run(mode=mode)

        assert status in ("success", "partial", "no_changes"), status
        assert actual(self.database_url, self.account) == expected(self.tenant.company)

    @rule(
        mode=st.sampled_from(["auto", "full"]),
        what=st.sampled_from(sorted(WHAT)),
        where=st.sampled_from(sorted(PLACES)),
        skip=st.integers(0, 4),
        times=st.sampled_from([1, 1, 2, None]),
    )
    def bad_night(self, mode: str, what: str, where: str, skip: int, times: int | None) -> None:
        before = self.active()
        self.tenant.faults.clear()
        self.tenant.faults.add(Fault(path=PLACES[where], skip=skip, times=times, **WHAT[what](self.nights)))
        try:
            status = self.nights.run(mode=mode)
        except EntraSyncError:
            assert self.nights.last_run()["status"] == "failed"
            assert self.active() == before
        else:
            assert status in ("success", "partial", "no_changes"), status
            assert before & set(expected(self.tenant.company)["people"]) <= self.active()
        self.tenant.faults.clear()

    @rule()
    def position_lost(self) -> None:
        self.tenant.tenant.reset_delta()

    def active(self) -> set[str]:
        rows = self.nights.rows(
            "select entra_id::text as id from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
            " where a.slug = %s and u.status <> 'deactivated'",
            self.account,
        )
        return {row["id"] for row in rows}


def chain(company: Any, person: str) -> set[str]:
    """A person and everybody above, deleted ones too."""
    everybody, found = {**company.users, **company.deleted_users}, set[str]()
    current: str | None = person
    while current in everybody and current not in found:
        found.add(current)
        current = everybody[current].manager_id
    return found


@pytest.mark.usefixtures("quick_retries")
def test_any_history_ends_with_the_database_equal_to_the_directory(database_url: str) -> None:
    class Here(History):
        pass

    Here.database_url = database_url
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="ENTRA_SYNC_HISTORIES" not in os.environ,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            print_blob=True,
        ),
    )


def test_the_oracle_notices_a_difference(nights: Nights) -> None:
    """The comparison itself can fail."""
    nights.run()
    someone = sorted(expected(nights.tenant.company)["people"])[0]
    nights.tenant.company.update_user(someone, city="Elsewhere")

    assert actual(nights.url) != expected(nights.tenant.company)
