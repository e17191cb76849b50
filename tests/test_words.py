"""Mappings and changes, as a person reads them."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.config.mapping import FieldMapping
from entra_sync.words import change_words, leaving_words, mapping_words, shown


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"from": "jobTitle"}, "jobTitle"),
        (
            {"from": "mail", "default": "userPrincipalName", "type": "email"},
            "mail as an e-mail address, else userPrincipalName",
        ),
        ({"template": "{givenName} {surname}"}, '"{givenName} {surname}"'),
        ({"first_of": ["mobilePhone", "businessPhones[0]"]}, "the first that is set of mobilePhone, businessPhones[0]"),
        ({"value": "Contoso"}, 'always "Contoso"'),
        ({"from": "employeeHireDate", "type": "date"}, "employeeHireDate as a date"),
        ({"from": "jobTitle", "lower": True}, "jobTitle, lower case"),
        ({"from": "jobTitle", "title": True}, "jobTitle, Title Case"),
        ({"from": "city", "only_on_create": True}, "city; only when the profile is created"),
        ({"from": "city", "clear": False}, "city; when empty, PeopleGoal keeps its value"),
        ({"from": "city", "strip": False}, "city, blanks kept"),
        (
            {"from": "userType", "switch": {"Member": "Staff", "Guest": None}},
            "userType, exchanged by a table (Member -> Staff, Guest -> empty)",
        ),
        (
            {"from": "city", "switch": {c: c for c in "abcdef"}, "otherwise": None},
            "city, exchanged by a table (a -> a, b -> b, c -> c, d -> d, 2 more, anything else -> empty)",
        ),
    ],
)
def test_a_mapping_is_one_line(field: dict[str, Any], words: str) -> None:
    assert mapping_words(FieldMapping.model_validate(field)) == words


def change(entity: str, action: str, fields: dict[str, Any], status: str = "applied", **more: Any) -> dict[str, Any]:
    return {"entity": entity, "action": action, "fields": fields, "status": status, "label": "Ann", **more}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            change("user", "create", {"email": [None, "a@b.com"], "status": [None, "ready_to_invite"]}),
            "created, ready to invite, a@b.com",
        ),
        (change("user", "link", {"entra_id": [None, "x"]}), "linked to the user that PeopleGoal had already"),
        (
            change("user", "deactivate", {"status": ["active", "deactivated"], "reason": [None, "deleted"]}),
            "deactivated: no longer in the directory (deleted in Entra)",
        ),
        (
            change("user", "reactivate", {"status": ["deactivated", "ready_to_invite"], "email": ["a", "b"]}),
            'back: ready to invite again; email "a" -> "b"',
        ),
        (
            change("user", "update", {"reason": [None, "email_invalid"]}, "rejected"),
            "left alone: the row was rejected (email_invalid)",
        ),
        (change("user", "update", {"email": ["a", "b"]}, "held"), 'withheld: email "a" -> "b"'),
        (
            change("user", "create", {"email": [None, "a@b.com"], "status": [None, "ready_to_invite"]}, "held"),
            "withheld: a new user, a@b.com",
        ),
        (change("profile", "create", {"city": [None, "Rome"], "state": [None, None]}), "profile created with 1 fields"),
        (change("profile", "update", {"manager": ["1", None]}), 'manager "Bob" -> empty'),
        (change("team", "create", {"name": [None, "Sales"]}), 'team "Ann" created'),
        (change("team", "update", {"name": ["Sales", "Ann"]}), 'team "Ann" changed: name "Sales" -> "Ann"'),
        (change("team", "archive", {"status": ["active", "archived"]}), 'team "Ann" archived'),
        (
            change("team_member", "add", {"role": [None, "member"], "team": [None, "Sales"]}, "dry_run"),
            'planned only: into the team "Sales"',
        ),
        (
            change("team_member", "remove", {"role": ["lead", None], "team": ["Sales", None]}),
            'out of the team "Sales"',
        ),
        (
            change("team_member", "update", {"role": ["member", "lead"]}, team="Sales"),
            'in the team "Sales": member -> lead',
        ),
    ],
)
def test_a_change_is_one_line(row: dict[str, Any], words: str) -> None:
    assert change_words(row, {"1": "Bob"}) == words


def test_a_leaver_out_of_scope_leaves_by_the_rule_in_words() -> None:
    assert leaving_words("out_of_scope:user_type") == "out of scope: the user type is not among scope.user_types"


def test_a_value_takes_one_line_and_no_more_room_than_it_may() -> None:
    assert shown("a\nb\x1b[31m") == '"a\ufffdb\ufffd[31m"'
    assert len(shown("x" * 300)) == 62
    assert shown(None) == "empty"
