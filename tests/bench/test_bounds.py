"""Lower bounds: the same numbers as in docs/graph.md, 5."""

from __future__ import annotations

import pytest

from bench.bounds import Bound, full, quota_of
from bench.incremental import floor


@pytest.mark.parametrize(
    ("users", "groups", "memberships", "plan", "requests", "items", "units"),
    [
        (10_000, 1_000, 100_000, "a", 152, 1_000, 2_202),
        (10_000, 1_000, 100_000, "a2", 563, 11_000, 12_013),
        (10_000, 1_000, 100_000, "b", 255, 0, 255),
        (100_000, 10_000, 1_000_000, "a", 1_511, 10_000, 22_011),
        (1_000_000, 50_000, 10_000_000, "a", 12_551, 50_000, 120_051),
        (1_000_000, 50_000, 10_000_000, "b", 25_250, 0, 25_250),
    ],
)
def test_a_bound_is_the_contracts(
    users: int, groups: int, memberships: int, plan: str, requests: int, items: int, units: int
) -> None:
    assert full(users, groups, memberships, plan) == Bound(requests=requests, items=items, units=units)


def test_more_memberships_than_groups_can_page_cost_more_items() -> None:
    assert full(1_000, 10, 999_000).items == 1_000


def test_the_quota_bounds_the_seconds() -> None:
    assert full(100_000, 10_000, 1_000_000).seconds(quota_of("L")) == pytest.approx(27.5, abs=0.05)
    assert full(100_000, 10_000, 1_000_000).seconds(quota_of("L"), burst=True) == pytest.approx(17.5, abs=0.05)
    assert full(10_000, 1_000, 100_000).seconds(quota_of("L"), burst=True) == 0.0
    assert full(100_000, 10_000, 1_000_000).seconds(quota_of("4000")) == pytest.approx(55.0, abs=0.05)


def test_a_night_without_changes_costs_two_feeds_and_two_counts() -> None:
    assert floor({"users": 0, "groups": 0}) == Bound(requests=4, items=0, units=4)


def test_changed_objects_and_the_links_of_joiners_are_read_in_batches_of_twenty() -> None:
    changed = {"users": 500, "groups": 100, "joined": 50, "members_added": 700, "members_removed": 700}

    assert floor(changed) == Bound(requests=3 + 3 + 35 + 2, items=700, units=3 + 3 + 700 + 2)
