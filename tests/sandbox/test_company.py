"""The made-up company: the same numbers give the same people, and they look like a healthy directory."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sandbox.company import Company, build_company

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def large() -> Company:
    """Ten thousand people in a thousand groups."""
    return build_company(users=10_000, groups=1_000)


def address(company: Company, user_id: str) -> str:
    attributes = company.users[user_id].attributes
    return str(attributes["mail"] or attributes["userPrincipalName"]).lower()


def test_the_same_seed_gives_the_same_company_and_another_another() -> None:
    assert build_company(seed=3) == build_company(seed=3)
    assert build_company(seed=3).users.keys().isdisjoint(build_company(seed=4).users)


@pytest.mark.parametrize(("users", "groups"), [(0, 0), (1, 0), (5, 1), (60, 12), (250, 30)])
def test_there_are_exactly_so_many_users_and_groups(users: int, groups: int) -> None:
    company = build_company(users=users, groups=groups)

    assert (len(company.users), len(company.groups)) == (users, groups)


def test_memberships_average_four_and_a_half_per_user_or_what_is_asked_for(large: Company) -> None:
    assert sum(len(large.members(group)) for group in large.groups) == pytest.approx(45_000, rel=0.02)
    fewer = build_company(users=1_000, groups=200, memberships=3_000)
    assert sum(len(fewer.members(group)) for group in fewer.groups) == pytest.approx(3_000, rel=0.05)


def test_ids_are_lower_case_guids_and_principal_names_unique(large: Company) -> None:
    assert all(GUID.fullmatch(i) for i in (*large.users, *large.groups, *large.others))
    names = [str(user.attributes["userPrincipalName"]).lower() for user in large.users.values()]
    assert len(set(names)) == len(names)


def test_no_two_people_share_an_address(large: Company) -> None:
    addresses = Counter(address(large, user_id) for user_id in large.users)

    assert addresses.most_common(1)[0][1] == 1


def test_managers_form_a_tree_below_one_chief_executive(large: Company) -> None:
    for start in large.users:
        seen, current = set(), start
        while (manager := large.manager_of(current)) in large.users:
            assert manager not in seen
            seen.add(manager)
            current = str(manager)
    (chief,) = [u for u in large.users.values() if u.attributes.get("jobTitle") == "Chief Executive Officer"]
    assert chief.manager_id is None


def test_the_usual_oddities_are_there_and_stay_few(large: Company) -> None:
    users = [user.attributes for user in large.users.values()]
    share = {
        "guest": sum(u["userType"] == "Guest" for u in users),
        "disabled": sum(not u["accountEnabled"] for u in users),
        "no mail": sum(u["mail"] is None for u in users),
        "no title": sum(u.get("jobTitle") is None and u["userType"] == "Member" for u in users),
    }
    assert all(50 <= number <= 450 for number in share.values()), share
    assert all("#EXT#@" in u["userPrincipalName"] for u in users if u["userType"] == "Guest")
    names = " ".join(str(u["displayName"]) for u in users)
    assert all(part in names for part in ("ö", "ß", "李", "O'Brien", "🌱", "e\u0301"))


def test_some_managers_are_contacts_not_users() -> None:
    company = build_company(users=60, groups=12)
    kinds = Counter(company.kind(str(company.manager_of(user_id))) for user_id in company.users)

    assert kinds["orgContact"] == 1
    assert kinds["user"] > 50


def test_every_kind_of_group_and_member_is_there() -> None:
    company = build_company()
    groups = [group.attributes for group in company.groups.values()]
    forms = {(bool(g["groupTypes"]), g["mailEnabled"], g["securityEnabled"]) for g in groups}
    assert {
        (True, True, False),  # Microsoft 365
        (True, False, True),  # dynamic security
        (False, False, True),  # security
        (False, True, True),  # mail-enabled security
        (False, True, False),  # distribution
    } <= forms
    assert sum(g["visibility"] == "HiddenMembership" for g in groups) == 1
    members = {i: company.members(i, service_principals=True) for i in company.groups}
    kinds = {company.kind(member) for ids in members.values() for member in ids}
    assert kinds == {"user", "group", "orgContact", "device", "servicePrincipal"}
    assert [] in members.values()


def test_it_survives_its_file() -> None:
    company = build_company(users=60, groups=12)
    company.delete_user(next(iter(company.users)))

    again = Company.from_json(company.to_json())

    assert again == company
    assert again.add_user(displayName="Ann Other") == company.add_user(displayName="Ann Other")


def test_a_deleted_user_is_not_seen_and_comes_back_with_all_links() -> None:
    company = build_company(users=60, groups=12)
    boss = next(user.manager_id for user in company.users.values() if user.manager_id in company.users)
    reports = [user_id for user_id in company.users if company.manager_of(user_id) == boss]
    groups = [group for group in company.groups if boss in company.members(group)]
    assert boss
    assert groups

    company.delete_user(boss)
    assert boss not in company.users
    assert company.deleted_users[boss].attributes["deletedDateTime"]
    assert not any(company.manager_of(user_id) == boss for user_id in company.users)
    assert not any(boss in company.members(group) for group in company.groups)

    company.restore_user(boss)
    assert [user_id for user_id in company.users if company.manager_of(user_id) == boss] == reports or set(reports) == {
        user_id for user_id in company.users if company.manager_of(user_id) == boss
    }
    assert [group for group in company.groups if boss in company.members(group)] == groups

    company.delete_user(boss)
    company.purge_user(boss)
    assert boss not in company.deleted_users
    assert all(user.manager_id != boss for user in company.users.values())
    assert all(boss not in group.member_ids for group in company.groups.values())


def test_a_new_user_is_an_enabled_member_with_a_free_name() -> None:
    company = build_company(users=20, groups=1)
    first = company.users[company.add_user(displayName="Ann Other")].attributes
    second = company.users[company.add_user(displayName="Ann Other", mail=None)].attributes

    assert (first["accountEnabled"], first["userType"], first["mail"]) == (True, "Member", "ann.other@contoso.com")
    assert second["userPrincipalName"] == "ann.other2@contoso.com"
    assert second["mail"] is None


def test_every_change_counts_the_version_up_and_is_logged() -> None:
    company = build_company(users=20, groups=12)
    assert company.changes == []
    user, other = list(company.users)[5:7]
    group = company.add_group(displayName="Chess Club")

    company.update_user(user, officeLocation=None)
    company.set_manager(user, other)
    company.add_member(group, user)
    company.remove_member(group, user)
    company.update_group(group, displayName="Chess and Go")
    company.delete_group(group)

    assert [change.version for change in company.changes] == list(range(1, 8))
    assert company.users[user].attributes["officeLocation"] is None
    assert company.users[user].version == 3
    assert group in company.deleted_groups
    with pytest.raises(KeyError):
        company.set_manager(user, "nobody")
