"""Nights that read only what changed: the snapshot is the tenant, whatever the change feed is like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.errors import GraphError
from entra_sync.extract.parts import Known
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant
from sandbox.day import a_working_day
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import QUICK

Night = Callable[..., Manifest]


@pytest.fixture
def night(tenant: SandboxTenant, tmp_path: Path) -> Night:
    """One reading after the other; keyword arguments change the account."""
    numbers = iter(range(1, 1000))

    def run(mode: str = "auto", known: Known | None = None, **account: Any) -> Manifest:
        number = next(numbers)
        return extract_tenant(
            tenant.entra_connection(),
            AccountConfig.model_validate({"account": "contoso", "name": "Contoso Ltd", **account}),
            UPath(tmp_path / "landing" / str(number)),
            run_id=number,
            mode=mode,
            known=known,
            retry=QUICK,
        )

    return run


def content(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """A snapshot without its order."""
    uri = str(folder / "landing" / str(manifest.run_id))
    tables = read_tables(uri, read_manifest(uri))
    return {
        "users": {row["id"]: row for row in tables.users.to_pylist()},
        "groups": {row["id"]: row for row in tables.groups.to_pylist()},
        "memberships": sorted(tuple(row.values()) for row in tables.memberships.to_pylist()),
    }


def same_as_full(night: Night, folder: Path, changed: Manifest) -> None:
    """An incremental snapshot holds exactly what a full one of the same moment holds."""
    assert changed.mode == "incremental", changed.reason
    full = night("full")
    found, wanted = content(folder, changed), content(folder, full)
    for kind in ("groups", "users", "memberships"):
        assert found[kind] == wanted[kind], kind
    assert not full.drift


FEEDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "small pages": {"delta_page": 1, "delta_members": 1},
    "empty pages": {"delta_page": 3, "empty_pages": True},
    "any order": {"delta_shuffle": True, "delta_page": 4, "delta_members": 3},
    "repeats": {"delta_repeat": True, "delta_page": 5},
    "all at once": {"delta_repeat": True, "delta_shuffle": True, "delta_page": 2, "delta_members": 2},
    "no manager told": {"delta_manager": "absent"},
    "no manager is null": {"manager_null": True},
}


@pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)
def test_days_pass_and_every_snapshot_is_the_tenant(
    tenant: SandboxTenant, night: Night, tmp_path: Path, feed: dict[str, Any]
) -> None:
    for name, value in feed.items():
        setattr(tenant.settings, name, value)
    night()
    for _ in range(4):
        a_working_day(tenant.company)
        same_as_full(night, tmp_path, night("incremental"))


def test_links_that_only_one_side_tells(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """Who is deleted keeps memberships and reports, unseen; who is restored has them again."""
    company = tenant.company
    boss = next(user.manager_id for user in company.users.values() if user.manager_id in company.users)
    outer, inner = sorted(g for g, group in company.groups.items() if group.attributes["visibility"] == "Private")[:2]
    company.add_member(outer, boss)
    company.add_member(outer, inner)
    night()

    company.delete_user(boss)
    company.delete_group(inner)
    same_as_full(night, tmp_path, night())
    company.restore_user(boss)
    company.restore_group(inner)
    same_as_full(night, tmp_path, night())
    company.delete_user(boss)
    night()
    company.purge_user(boss)
    same_as_full(night, tmp_path, night())


def test_a_group_that_becomes_hidden_and_visible_again(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    company = tenant.company
    group = next(g for g in company.groups if company.members(g))
    night()
    for visibility in ("HiddenMembership", "Private"):
        company.update_group(group, visibility=visibility)
        same_as_full(night, tmp_path, night())


def test_a_cleared_attribute_becomes_null_and_a_new_one_is_taken(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    one = next(iter(tenant.company.users))
    night()
    tenant.company.update_user(one, jobTitle=None, mobilePhone="+44 1")
    tenant.company.update_user(one, department="Moved")

    changed = night()

    same_as_full(night, tmp_path, changed)
    row = content(tmp_path, changed)["users"][one]
    assert (row["jobTitle"], row["mobilePhone"], row["department"]) == (None, "+44 1", "Moved")


def test_a_quiet_night_costs_two_feeds_and_two_counts(tenant: SandboxTenant, night: Night) -> None:
    night()
    tenant.counters.reset()

    manifest = night()

    assert manifest.mode == "incremental"
    assert manifest.complete
    assert manifest.traffic["requests"] == 4
    assert {k: n for k, n in tenant.counters.by_kind.items() if n and "/" in k} == {
        "users/delta": 1,
        "groups/delta": 1,
        "users/$count": 1,
        "groups/$count": 1,
    }


def test_what_happens_during_a_full_reading_is_told_the_next_night(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    company, late = tenant.company, sorted(tenant.company.users)[0]
    original = tenant.faults.match

    def change_in_the_middle(method: str, target: str) -> Fault | None:
        if target.startswith("/users/$count"):
            company.update_user(late, jobTitle="Changed while the list was read")
        return original(method, target)

    tenant.faults.match = change_in_the_middle  # type: ignore[method-assign]
    night()
    del tenant.faults.match  # type: ignore[method-assign]

    same_as_full(night, tmp_path, night())


def test_what_the_feed_tells_late_is_told_in_a_later_night(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    company = tenant.company
    night()
    tenant.settings.delta_lag = 3
    for user in sorted(company.users)[:6]:
        company.update_user(user, jobTitle="Late")
    night()
    tenant.settings.delta_lag = 0

    same_as_full(night, tmp_path, night())


@pytest.mark.parametrize("refusal", ["400", "400-old", "404", "404-old", "410"])
def test_a_refused_position_leads_to_a_full_reading(
    tenant: SandboxTenant, night: Night, tmp_path: Path, refusal: str
) -> None:
    night()
    tenant.settings.delta_refusal = refusal  # type: ignore[assignment]
    tenant.tenant.reset_delta()
    a_working_day(tenant.company)

    manifest = night()

    assert (manifest.mode, manifest.complete) == ("full", True)
    assert manifest.reason.startswith(f"delta_lost (HTTP {refusal[:3]} ")
    a_working_day(tenant.company)
    same_as_full(night, tmp_path, night())


def test_a_position_lost_in_the_middle_of_a_round_leads_to_a_full_reading(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    """410 in the middle of the night: what was told until then is thrown away."""
    night()
    a_working_day(tenant.company)
    tenant.settings.delta_page = 1
    location = {"Location": f"{tenant.base_url}/users/delta?$deltatoken="}
    tenant.faults.add(Fault(path=r"^/users/delta\?\$skiptoken", status=410, headers=location, skip=2))

    manifest = night()

    assert manifest.mode == "full"
    assert manifest.reason.startswith("delta_lost (HTTP 410")
    assert content(tmp_path, manifest)["users"].keys() == tenant.company.users.keys()


def test_a_tenant_without_a_change_feed_is_read_whole_every_night(tenant: SandboxTenant, night: Night) -> None:
    tenant.settings.delta_supported = False
    night()

    assert (night().mode, night().reason) == ("full", "no_delta_link")


def test_when_more_changed_than_a_full_reading_costs_all_is_read(tenant: SandboxTenant, night: Night) -> None:
    night()
    for user in tenant.company.users:
        tenant.company.update_user(user, jobTitle="Reorganised")

    assert (manifest := night()).reason == "too_many_changes"
    assert (manifest.mode, manifest.complete) == ("full", True)


def test_somebody_whom_peoplegoal_has_and_the_feed_forgot_leads_to_a_full_reading(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    """The chain of incremental nights lost somebody: nobody leaves because of that."""
    lost = sorted(tenant.company.users)[3]
    tenant.company.delete_user(lost)
    night()
    # Restored without being told of.
    tenant.company.restore_user(lost)
    tenant.company.changes.pop()
    tenant.company.version -= 1

    manifest = night(known=Known(users=[lost]))

    assert manifest.reason == "known_missing"
    assert lost in content(tmp_path, manifest)["users"]
    assert manifest.complete


def test_drift_that_no_feed_told_of_is_healed_and_reported(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    company = tenant.company
    silent, group = sorted(company.users)[0], next(g for g in company.groups if len(company.members(g)) > 2)
    night()
    night()
    company.users[silent].attributes = company.users[silent].attributes | {"jobTitle": "Changed in silence"}
    lost = company.members(group)[0]
    company.groups[group].member_ids = {m: None for m in company.groups[group].member_ids if m != lost}
    company.update_user(sorted(company.users)[1], jobTitle="Told of")

    manifest = night("full")

    assert manifest.drift is not None
    assert (manifest.drift.users, manifest.drift.groups, manifest.drift.memberships) == ([silent], [], 1)
    assert content(tmp_path, manifest)["users"][silent]["jobTitle"] == "Changed in silence"


def test_when_everything_is_listed(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    assert night().reason == "first_run"
    assert night().reason == "since run 1"
    assert night("full").reason == "asked"
    assert night(mapping={"job_title": "department"}).reason == "configuration_changed"
    assert night(mapping={"job_title": "department"}).mode == "incremental"
    assert night(reading={"tolerance": {"count": 3}}).reason == "configuration_changed"
    assert night(reading={"collapse": None}).mode == "incremental"
    tenant.settings.count_offset["users"] = 50
    assert not night("full").complete
    tenant.settings.count_offset["users"] = 0
    assert night().reason == "previous_incomplete"
    assert night(known=Known(users=["00000000-0000-0000-0000-000000000001"])).mode == "incremental"


def test_a_damaged_or_missing_snapshot_before(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    known = Known(users=[next(iter(tenant.company.users))])
    assert night(known=known).reason == "previous_missing"
    with (tmp_path / "landing" / "1" / "groups.parquet").open("ab") as file:
        file.write(b"more")
    assert night().reason == "previous_damaged"
    (tmp_path / "landing" / "2" / "manifest.json").write_text("{", encoding="utf-8")
    assert night().reason == "previous_damaged"


def test_a_run_that_was_cut_off_is_no_base(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    night()
    (tmp_path / "landing" / "999").mkdir()
    night()
    a_working_day(tenant.company)
    (tmp_path / "landing" / "2" / "manifest.json").unlink()

    manifest = night()

    assert manifest.base == 1
    same_as_full(night, tmp_path, manifest)


def test_hidden_members_that_are_wanted_are_listed_every_night(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    """Whether the feed tells of them or not."""
    wanted: dict[str, Any] = {"teams": {"from_groups": {"hidden": True}}}
    tenant.settings.permissions.add("Member.Read.Hidden")
    company = tenant.company
    hidden = next(g for g, group in company.groups.items() if group.attributes["visibility"] == "HiddenMembership")
    night(**wanted)
    company.update_user(sorted(company.users)[0], jobTitle="Told of")
    company.add_member(hidden, next(u for u in company.users if u not in company.members(hidden)))
    # The feed keeps silent about it.
    company.changes.pop()

    changed = night(**wanted)

    assert changed.mode == "incremental"
    edges = [m for g, m, _ in content(tmp_path, changed)["memberships"] if g == hidden]
    assert sorted(edges) == sorted(company.members(hidden))


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_hidden_members_that_are_withheld_make_the_snapshot_incomplete(
    tenant: SandboxTenant, night: Night, mode: str
) -> None:
    """A permission that was taken back may answer with empty lists."""
    wanted: dict[str, Any] = {"teams": {"from_groups": {"hidden": True}}}
    tenant.settings.permissions.add("Member.Read.Hidden")
    tenant.settings.hidden_members = "empty"
    night(**wanted)
    tenant.settings.permissions.discard("Member.Read.Hidden")

    manifest = night(mode, **wanted)

    assert (manifest.mode, manifest.complete) == ("full", False)
    assert "Member.Read.Hidden" in str(manifest.certificate["members"].why)


def test_delta_says_who_changed_and_the_object_what_it_is(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """docs/rules.md, 8: what the feed says of somebody is not believed."""
    someone, left = sorted(tenant.company.users)[:2]
    night()
    link = read_manifest(str(tmp_path / "landing" / "1")).delta_links["users"]
    tenant.company.update_user(someone, jobTitle="True")
    told = [{"id": someone, "jobTitle": "A lie", "manager@delta": []}, {"id": left, "@removed": {"reason": "deleted"}}]
    tenant.faults.add(Fault(path=r"^/users/delta", status=200, body={"value": told, "@odata.deltaLink": link}, times=1))

    manifest = night()

    users = content(tmp_path, manifest)["users"]
    assert manifest.mode == "incremental"
    assert users[someone]["jobTitle"] == "True"
    assert left in users, "the feed said deleted, the object is there"
    assert manifest.recheck["users"] == [left], "and is looked at again in the next night"
    assert night().recheck["users"] == []


def test_data_and_position_move_together(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """docs/rules.md, 9: a night that fails after the feeds were read loses nothing of what they told."""
    someone = sorted(tenant.company.users)[0]
    night()
    tenant.company.update_user(someone, jobTitle="Told once")
    tenant.faults.add(Fault(path=rf"^/users/{someone}", status=400, times=1))
    with pytest.raises(GraphError):
        night()

    manifest = night()

    assert (manifest.mode, manifest.base) == ("incremental", 1)
    assert content(tmp_path, manifest)["users"][someone]["jobTitle"] == "Told once"
