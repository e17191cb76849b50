"""What an account file may say but hardly means; what it may mean gives no note."""

from __future__ import annotations

import pytest

from entra_sync.config.doubts import doubts
from tests.config.files import account_of


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("scope: {user_types: []}", "scope.user_types", "nobody is in scope"),
        (
            "scope: {groups: {include: [a, Sales], exclude: [' SALES ']}}",
            "scope.groups.exclude",
            "`Sales` is among `include` as well",
        ),
        ("scope: {filter: [[]]}", "scope.filter.0", "lets everybody in"),
        ("scope: {filter: [{attribute: city, in: []}]}", "scope.filter.0.0.in", "is empty"),
        ("scope: {filter: [{attribute: city, starts_with: ''}]}", "scope.filter.0.0", "an empty text"),
        ("mapping: {city: {template: Leeds}}", "mapping.city.template", "that is what `value` says"),
        ("mapping: {city: {from: city, default: city}}", "mapping.city.default", "is the source already"),
        ("mapping: {city: {from: city, switch: {}}}", "mapping.city.switch", "every value stays"),
        ("teams: {from_groups: {types: []}}", "teams.from_groups.types", "no group becomes a team"),
        ("teams: {from_groups: {include: []}}", "teams.from_groups.include", "all groups are included"),
        ("teams: {from_groups: {include: [a], exclude: [A]}}", "teams.from_groups.exclude", "`exclude` wins"),
        ("checks: {allowed: {city: []}}", "checks.allowed.city", "no value is allowed"),
        ("reading: {collapse: null}", "reading.collapse", "meant for one night"),
        ("guards: {max_deactivations: null}", "guards.max_deactivations", "meant for one night"),
        ("retention: {changes_days: 3}", "retention.changes_days", "nor be undone"),
    ],
)
def test_what_is_hardly_meant_is_noted_at_its_key(text: str, key: str, words: str) -> None:
    ((loc, said),) = doubts(account_of(text))

    assert ".".join(map(str, loc)) == key
    assert words in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mapping: {city: city, job_title: jobTitle}",
        "mapping: {city: {from: city, switch: {}, otherwise: null}}",
        "scope: {groups: {include: ['Sales*'], exclude: [Sales test]}}",
        "scope: {filter: [{attribute: city, equals: ''}]}",
        "guards: {max_creations: null}",
        "checks: {rows: null}",
        "retention: {snapshots_days: 1, changes_days: 14}",
        "teams: {from_groups: null}",
    ],
)
def test_what_may_be_meant_is_not(text: str) -> None:
    assert doubts(account_of(text)) == []
