"""Everything that decides about people changes the fingerprint, and nothing else does; spellings make no difference."""

from __future__ import annotations

import pytest

from entra_sync.config.account import AccountConfig
from entra_sync.config.keys import keys_of, section_of, walk
from tests.config.files import account_of

# Every key that holds no section, changed once against the default.
SECTIONS = {
    "timezone": "timezone: Europe/London",
    "match": "match: [entra_id]",
    "manager_fallback": "manager_fallback: nearest",
    "scope.user_types": "scope: {user_types: [Guest]}",
    "scope.require_email": "scope: {require_email: false}",
    "scope.groups.include": "scope: {groups: {include: [a]}}",
    "scope.groups.exclude": "scope: {groups: {exclude: [a]}}",
    "teams.nested": "teams: {nested: false}",
    "teams.from_managers": "teams: {from_managers: false}",
    "teams.manager_team_name": 'teams: {manager_team_name: "{display_name}"}',
    "teams.from_groups.types": "teams: {from_groups: {types: [security]}}",
    "teams.from_groups.include": "teams: {from_groups: {include: [a]}}",
    "teams.from_groups.exclude": "teams: {from_groups: {exclude: [a]}}",
    "teams.from_groups.hidden": "teams: {from_groups: {hidden: true}}",
    "teams.from_groups.empty": "teams: {from_groups: {empty: false}}",
    "teams.from_groups.lead": "teams: {from_groups: {lead: owner}}",
    "leavers.deleted": "leavers: {deleted: ignore}",
    "leavers.disabled": "leavers: {disabled: ignore}",
    "leavers.out_of_scope": "leavers: {out_of_scope: ignore}",
    "leavers.reports": "leavers: {reports: keep}",
    "checks.severity": "checks: {severity: {value_missing: reject}}",
    "checks.required": "checks: {required: [city]}",
    "checks.unique": "checks: {unique: []}",
    "checks.allowed": "checks: {allowed: {city: [a]}}",
    "checks.longest_text": "checks: {longest_text: 300}",
    "checks.dates.earliest": "checks: {dates: {earliest: 1931-01-01}}",
    "checks.dates.days_ahead": "checks: {dates: {days_ahead: 1}}",
    "checks.rows.percent": "checks: {rows: {percent: 31}}",
    "checks.rows.min_population": "checks: {rows: {min_population: 51}}",
    "checks.rows.nights": "checks: {rows: {nights: 8}}",
    "checks.nulls.points": "checks: {nulls: {points: 41}}",
    "checks.nulls.min_population": "checks: {nulls: {min_population: 21}}",
    "checks.nulls.nights": "checks: {nulls: {nights: 8}}",
}
# Entries of a list or of the mapping: where they stand, one to begin with, and each key of it changed once.
ENTRIES = {
    "scope.filter[]": (
        "scope: {filter: [%s]}",
        "{attribute: city, equals: a}",
        {
            "attribute": "{attribute: state, equals: a}",
            "equals": "{attribute: city, equals: b}",
            "in": "{attribute: city, in: [a]}",
            "starts_with": "{attribute: city, starts_with: a}",
            "ends_with": "{attribute: city, ends_with: a}",
            "matches": "{attribute: city, matches: a}",
            "is_null": "{attribute: city, is_null: true}",
            "not": "{attribute: city, equals: a, not: true}",
        },
    ),
    "mapping.<name>": (
        "mapping: {city: %s}",
        "{from: city, switch: {a: b}}",
        {
            "from": "{from: state, switch: {a: b}}",
            "template": '{template: "{city}", switch: {a: b}}',
            "first_of": "{first_of: [city], switch: {a: b}}",
            "value": "{value: city, switch: {a: b}}",
            "default": "{from: city, switch: {a: b}, default: state}",
            "switch": "{from: city, switch: {a: c}}",
            "otherwise": "{from: city, switch: {a: b}, otherwise: null}",
            "strip": "{from: city, switch: {a: b}, strip: false}",
            "lower": "{from: city, switch: {a: b}, lower: true}",
            "title": "{from: city, switch: {a: b}, title: true}",
            "type": "{from: city, switch: {a: b}, type: phone}",
            "only_on_create": "{from: city, switch: {a: b}, only_on_create: true}",
            "clear": "{from: city, switch: {a: b}, clear: false}",
        },
    ),
    "checks.expectations[]": (
        "checks: {expectations: [%s]}",
        "{code: a, expect: ExpectX, message: m, hint: h}",
        {
            "code": "{code: b, expect: ExpectX, message: m, hint: h}",
            "table": "{code: a, expect: ExpectX, message: m, hint: h, table: groups}",
            "expect": "{code: a, expect: ExpectY, message: m, hint: h}",
            "options": "{code: a, expect: ExpectX, message: m, hint: h, options: {a: 1}}",
            "severity": "{code: a, expect: ExpectX, message: m, hint: h, severity: block}",
            "message": "{code: a, expect: ExpectX, message: n, hint: h}",
            "hint": "{code: a, expect: ExpectX, message: m, hint: i}",
        },
    ),
}
CHANGED = {
    **{key: ("", text) for key, text in SECTIONS.items()},
    **{
        f"{way}.{key}": (frame % first, frame % changed)
        for way, (frame, first, entries) in ENTRIES.items()
        for key, changed in entries.items()
    },
}
# Switched off as a whole, or a field less.
OFF = ["teams: {from_groups: null}", "checks: {rows: null}", "checks: {nulls: null}", "mapping: {city: null}"]
INDIFFERENT = (
    *("account", "name", "schedule", "expected_people"),
    *("notify", "late_after_hours", "quarantine", "retention", "guards", "reading"),
)
DEFAULT = account_of("").fingerprint()


@pytest.mark.parametrize("key", CHANGED)
def test_each_key_that_decides_about_people_changes_it(key: str) -> None:
    before, after = CHANGED[key]

    assert account_of(before).fingerprint() != account_of(after).fingerprint()


@pytest.mark.parametrize("text", OFF)
def test_a_part_that_is_switched_off_changes_it(text: str) -> None:
    assert account_of(text).fingerprint() != DEFAULT


def test_no_key_is_forgotten() -> None:
    leaves = {
        f"{way}.{key}".lstrip(".") for way, key, model in walk(AccountConfig) if not section_of(keys_of(model)[key])
    }

    assert {key for key in leaves if not key.startswith(INDIFFERENT)} == set(CHANGED)


@pytest.mark.parametrize(
    "text",
    [
        "schedule: 0 3 * * *",
        "expected_people: 5000",
        "notify: [mail]",
        "quarantine: {after: 2}",
        "late_after_hours: null",
        "retention: {snapshots_days: 1}",
        "guards: {max_deactivations: null, protected: [a@contoso.com]}",
        "reading: {full_every_days: 1, collapse: null}",
    ],
)
def test_what_decides_about_nobody_does_not_change_it(text: str) -> None:
    assert account_of(text).fingerprint() == DEFAULT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mapping: {city: state}", "mapping: {city: {from: state}}"),
        ("mapping: {city: city}", ""),
        ("mapping: {city: state, state: city}", "mapping: {state: city, city: state}"),
        ("mapping: {city: {from: city, lower: false, clear: true, type: text}}", ""),
        (
            "mapping: {city: {from: city, switch: {a: b, c: d}}}",
            "mapping: {city: {switch: {c: d, a: b}, from: city}}",
        ),
        ("mapping: {custom.x: null}", ""),
        ("scope: {filter: [{attribute: city, equals: a}]}", "scope: {filter: [[{equals: a, attribute: city}]]}"),
        ("scope: {require_email: true, user_types: [Member]}", "scope: {user_types: [Member], require_email: true}"),
        ("scope: {require_email: false}", "scope: {require_email: no}"),
        ("teams: {nested: true}\nmatch: [entra_id, email]", "match: [entra_id, email]\nteams: {nested: true}"),
        ("checks: {rows: {percent: 30}}", "checks: {rows: {percent: 30.0}}"),
        ("checks: {unique: [employee_id]}", ""),
        ("checks: {dates: {earliest: 1930-01-01}}", 'checks: {dates: {earliest: "1930-01-01"}}'),
    ],
)
def test_two_spellings_of_the_same_have_one_fingerprint(one: str, other: str) -> None:
    assert account_of(one).fingerprint() == account_of(other).fingerprint()
