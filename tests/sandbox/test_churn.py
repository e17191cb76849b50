"""Many changes at once: the share that was asked for, the same each time, and no company that could not be."""

from __future__ import annotations

from sandbox.churn import churn
from sandbox.company import build_company


def test_the_same_company_changes_the_same_way() -> None:
    one, other = build_company(users=400, groups=40), build_company(users=400, groups=40)

    assert churn(one, share=0.1) == churn(other, share=0.1)
    assert one.to_json() == other.to_json()


def test_another_seed_gives_other_changes() -> None:
    one, other = build_company(users=400, groups=40), build_company(users=400, groups=40)
    churn(one, share=0.1, seed=1)
    churn(other, share=0.1, seed=2)

    assert one.to_json() != other.to_json()


def test_as_many_users_change_as_were_asked_for() -> None:
    company = build_company(users=400, groups=40)
    before = {user_id: (user.attributes, user.manager_id) for user_id, user in company.users.items()}

    told = churn(company, share=0.1)

    after = {user_id: (user.attributes, user.manager_id) for user_id, user in company.users.items()}
    differ = {user_id for user_id in before.keys() | after.keys() if before.get(user_id) != after.get(user_id)}
    # A person may get the office, the number or the manager that they had.
    assert len(differ) <= told["users"] == 40
    assert len(differ) >= 36
    kinds = ("attributes", "managers", "deleted", "disabled", "joined")
    assert sum(told[kind] for kind in kinds) == 40
    assert all(told[kind] for kind in kinds)
    assert told["members_added"] + told["members_removed"] == 40
    assert 0 < told["groups"] <= 40


def test_nobody_manages_themselves_through_others() -> None:
    company = build_company(users=400, groups=40)
    for seed in range(5):
        churn(company, share=0.1, seed=seed)

    for user_id in company.users:
        above, chain = company.manager_of(user_id), {user_id}
        while above in company.users:
            assert above not in chain
            chain.add(above)
            above = company.manager_of(above)


def test_nothing_changes_for_a_share_of_nothing() -> None:
    company = build_company(users=60, groups=12)

    assert churn(company, share=0.0) == {"users": 0, "groups": 0}
