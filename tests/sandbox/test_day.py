"""Working days: something happens, never too much, and every day is another."""

from __future__ import annotations

import pytest

from sandbox.company import Company, build_company
from sandbox.day import a_working_day


def staff(company: Company) -> set[str]:
    users = company.users.items()
    return {i for i, u in users if u.attributes["accountEnabled"] and u.attributes["userType"] == "Member"}


def test_the_same_day_is_the_same_and_the_next_is_another() -> None:
    one, other = build_company(), build_company()

    first = a_working_day(one)

    assert first == a_working_day(other)
    assert one == other
    assert first != a_working_day(one)
    assert a_working_day(build_company(), seed=9) != first


@pytest.mark.parametrize(("users", "groups"), [(60, 12), (250, 30), (2_000, 200)])
def test_no_day_is_too_much_for_the_default_guards(users: int, groups: int) -> None:
    company = build_company(users=users, groups=groups)
    for _ in range(12):
        before = staff(company)
        members = {group: set(company.members(group)) for group in company.groups}

        assert a_working_day(company)

        after = staff(company)
        assert len(before - after) <= 0.05 * len(before)
        assert 1 <= len(after - before) <= 0.1 * len(before)
        assert set(company.groups) == set(members)


@pytest.mark.parametrize("users", [0, 1, 3, 10])
def test_a_tiny_company_has_days_as_well(users: int) -> None:
    company = build_company(users=users, groups=2)
    for _ in range(6):
        a_working_day(company)

    assert len(company.users) >= users


def test_the_org_chart_stays_a_tree_and_addresses_stay_unique() -> None:
    company = build_company(users=120, groups=20)
    for _ in range(40):
        a_working_day(company)

    for start in company.users:
        seen, current = {start}, start
        while (manager := company.manager_of(current)) in company.users:
            assert manager not in seen
            seen.add(str(manager))
            current = str(manager)
    everyone = [u.attributes for u in (*company.users.values(), *company.deleted_users.values())]
    addresses = [str(u["mail"] or u["userPrincipalName"]).lower() for u in everyone]
    assert len(set(addresses)) == len(addresses)


def test_in_ten_days_everything_happens_that_a_sync_must_follow() -> None:
    company = build_company()
    said = " ".join(sentence for _ in range(10) for sentence in a_working_day(company))

    for words in (
        "deleted.",
        "disabled.",
        "joined",
        "moved from",
        "married",
        "swapped",
        "cleared",
        "now called",
        "back",
    ):
        assert words in said
