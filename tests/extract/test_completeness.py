"""A list that ended well is still not believed: numbers, the snapshot before, and everybody who would leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.config.reading import Collapse, Reading, Tolerance
from entra_sync.extract.completeness import Judge, agrees, collapsed
from entra_sync.extract.parts import Known
from entra_sync.extract.snapshot import Manifest, read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant
from sandbox.faults import Fault
from sandbox.testing import SandboxTenant
from tests.extract.conftest import QUICK

Night = Callable[..., Manifest]


@pytest.fixture
def night(tenant: SandboxTenant, tmp_path: Path) -> Night:
    numbers = iter(range(1, 100))

    def run(known: Known | None = None, config: dict[str, Any] | None = None, **reading: Any) -> Manifest:
        number = next(numbers)
        return extract_tenant(
            tenant.entra_connection(),
            AccountConfig.model_validate(
                {"account": "contoso", "name": "Contoso Ltd", "reading": reading} | (config or {})
            ),
            UPath(tmp_path / "landing" / str(number)),
            run_id=number,
            mode="full",
            known=known,
            retry=QUICK,
        )

    return run


def users(folder: Path, manifest: Manifest) -> list[Any]:
    uri = str(folder / "landing" / str(manifest.run_id))
    return sorted(read_tables(uri, read_manifest(uri)).users["id"].to_pylist())


@pytest.mark.parametrize(
    ("rows", "counted", "near"),
    [
        (100, 100, True),
        (95, 100, True),
        (105, 100, True),
        (94, 100, False),
        (0, 0, True),
        (0, 6, False),
        (99_900, 100_000, True),
        (99_899, 100_000, False),
        (100, None, False),
    ],
)
def test_the_larger_of_both_tolerances_counts(rows: int, counted: int | None, near: bool) -> None:
    assert agrees(rows, counted, Tolerance(count=5, percent=0.1)) is near


@pytest.mark.parametrize(
    ("rows", "before", "is_collapsed"),
    [(100, None, False), (0, 0, False), (0, 1, True), (50, 100, False), (49, 100, True), (1, 19, False), (9, 20, True)],
)
def test_empty_or_drastically_smaller_is_no_truth(rows: int, before: int | None, is_collapsed: bool) -> None:
    assert collapsed(rows, before, Collapse(percent=50, min_population=20)) is is_collapsed
    assert not collapsed(rows, before, None)


@pytest.mark.parametrize("count_follows_list", [False, True])
def test_half_of_the_users_missing_with_a_normal_ending_is_incomplete(
    tenant: SandboxTenant, night: Night, count_follows_list: bool
) -> None:
    """Whether the tenant counts them or not."""
    night()
    tenant.settings.users_missing = 0.6
    tenant.settings.count_follows_list = count_follows_list

    manifest = night()

    certificate = manifest.certificate["users"]
    assert not manifest.complete
    assert certificate.why is not None
    assert str(certificate.rows) in certificate.why
    assert str(60) in certificate.why


def test_who_is_not_listed_but_there_is_taken_in(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """Within the tolerance: the list leaves out two, who are asked for by id; a third one is really gone."""
    everybody = sorted(tenant.company.users)
    gone = everybody[7]
    night()
    tenant.company.delete_user(gone)
    tenant.settings.users_missing = 0.03
    left_out = set(everybody) - {gone} - set(tenant.tenant.listings.ids("users", 0.03))
    assert 1 <= len(left_out) <= 5

    manifest = night(known=Known(users=everybody))

    certificate = manifest.certificate["users"]
    assert manifest.complete
    assert (certificate.missed, certificate.confirmed) == (len(left_out), 1)
    assert users(tmp_path, manifest) == sorted(set(everybody) - {gone})


def test_a_group_that_is_not_listed_but_there_is_taken_in_with_its_members(
    tenant: SandboxTenant, night: Night, tmp_path: Path
) -> None:
    company = tenant.company
    group = next(g for g in company.groups if company.members(g))
    rest = [found.attributes for g, found in company.groups.items() if g != group]
    night()
    tenant.faults.add(Fault(path=r"^/groups\?", status=200, body={"value": rest}))

    manifest = night(known=Known(groups=[group]))

    uri = str(tmp_path / "landing" / "2")
    tables = read_tables(uri, manifest)
    assert manifest.complete
    assert manifest.certificate["groups"].missed == 1
    assert group in tables.groups["id"].to_pylist()
    assert {r["member_id"] for r in tables.memberships.to_pylist() if r["group_id"] == group} == set(
        company.members(group)
    )


@pytest.mark.parametrize("status", [403, 503])
def test_an_absence_that_cannot_be_asked_for_fails_the_reading(
    tenant: SandboxTenant, night: Night, tmp_path: Path, status: int
) -> None:
    gone = sorted(tenant.company.users)[0]
    tenant.company.delete_user(gone)
    tenant.faults.add(Fault(path=rf"^/users/{gone}", status=status))

    with pytest.raises(Exception, match=str(status)):
        night(known=Known(users=[gone]))

    assert not (tmp_path / "landing" / "1" / "manifest.json").exists()


def test_members_that_vanish_all_at_once_are_incomplete(tenant: SandboxTenant, night: Night) -> None:
    """A permission that was lost may answer with empty lists."""
    night()
    tenant.faults.add(Fault(path="/members", status=200, body={"value": []}))

    manifest = night()

    assert not manifest.complete
    assert "0 memberships" in str(manifest.certificate["members"].why)


def test_a_second_night_of_empty_lists_is_incomplete_too(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """Held against the last complete snapshot, not against the night before; a damaged one is passed over."""
    night()
    tenant.faults.add(Fault(path="/members", status=200, body={"value": []}))
    assert not night().complete
    assert not night().complete
    (tmp_path / "landing" / "3" / "manifest.json").write_text("{}")
    assert not night().complete

    tenant.faults.clear()
    tenant.settings.users_missing = 0.6
    tenant.settings.count_follows_list = True

    why = night().certificate["users"].why
    assert why is not None
    assert "the last complete snapshot has 60" in why


@pytest.mark.parametrize(
    "edit",
    [
        {"mapping": {"custom.city": "city"}},
        {"teams": {"from_groups": None}},
        {"scope": {"user_types": ["Member", "Guest"]}},
    ],
    ids=str,
)
def test_an_edit_of_the_account_file_makes_no_empty_list_believable(
    tenant: SandboxTenant, night: Night, edit: dict[str, Any]
) -> None:
    night()
    tenant.faults.add(Fault(path="/members", status=200, body={"value": []}))
    assert not night().complete

    manifest = night(config=edit)

    assert "0 memberships" in str(manifest.certificate["members"].why)
    tenant.faults.clear()
    assert night(config=edit).complete


def test_owners_are_held_against_those_of_the_same_groups(tenant: SandboxTenant, night: Night) -> None:
    led = {"teams": {"from_groups": {"lead": "owner"}}}
    night(config=led)
    tenant.faults.add(Fault(path="/owners", status=200, body={"value": []}))

    assert "0 owners" in str(night(config=led | {"mapping": {"custom.city": "city"}}).certificate["owners"].why)
    other = {"teams": {"from_groups": {"lead": "owner", "include": ["no such group *"]}}}
    assert night(config=other).complete, "other groups have other owners"


def test_hidden_members_that_shrink_by_half_are_not_believed() -> None:
    judge = Judge(reading=Reading(), before={"memberships": 100, "hidden_memberships": 40})

    assert judge.why_not_members(140, 40) is None
    assert judge.why_not_members(120, 20) is None
    assert "19 hidden memberships are listed" in str(judge.why_not_members(119, 19))
    assert "no hidden membership is listed" in str(judge.why_not_members(100, 0))
    assert "49 memberships are listed" in str(judge.why_not_members(89, 40))


@pytest.mark.parametrize("tenant", [600], indirect=True)
def test_a_damaged_snapshot_is_replaced_by_a_full_reading(tenant: SandboxTenant, night: Night, tmp_path: Path) -> None:
    """A large tenant is cut into ranges by the names of the snapshot before."""
    night()
    file = tmp_path / "landing" / "1" / "users.parquet"
    file.write_bytes(file.read_bytes()[:100])

    assert night().complete


def test_the_limits_are_the_accounts(tenant: SandboxTenant, night: Night) -> None:
    night()
    tenant.settings.count_offset["users"] = 8
    assert not night().complete
    assert night(tolerance={"count": 8}).complete
    tenant.settings.count_offset["users"] = 0
    tenant.settings.users_missing = 0.6
    tenant.settings.count_follows_list = True
    assert night(collapse=None).complete
