"""The configuration that a run used is read back as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from entra_sync.config.account import AccountConfig, load_account
from entra_sync.config.readable import MANAGER_TEAMS, readable
from entra_sync.config.stored import from_json, to_json
from tests.conftest import ROOT
from tests.transform.tenant import account

CONFIGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "switched off": {"mapping": {"manager": None, "employee_id": None, "city": None}, "teams": {"from_groups": None}},
    "switch": {
        "mapping": {
            "employee_type": {"from": "userType", "switch": {"Guest": None}, "otherwise": None},
            "office": {"from": "city", "switch": {"Rome": "Roma"}},
            "custom.kind": {"from": "userType", "switch": {"Guest": "x"}, "otherwise": "y"},
            "custom.phone": {"first_of": ["mobilePhone", "businessPhones[0]"], "type": "phone", "clear": False},
            "custom.always": {"value": "Ünï \"quoted\" 'text'", "only_on_create": True},
        }
    },
    "filters": {
        "scope": {
            "user_types": ["Member", "Guest"],
            "groups": {"include": ["Sales*"], "exclude": ["[Old]"]},
            "filter": [
                [{"attribute": "department", "in": ["Sales"]}, {"attribute": "city", "is_null": False, "not": True}],
                {"attribute": "jobTitle", "matches": "(?i)chief.*"},
            ],
        },
        "manager_fallback": "nearest",
    },
    "checks": {
        "checks": {
            "severity": {"phone_invalid": "reject"},
            "unique": ["work_phone"],
            "rows": None,
            "dates": {"earliest": "1900-01-01"},
            "expectations": [
                {
                    "code": "own_check",
                    "expect": "ExpectColumnValuesToNotBeNull",
                    "options": {"column": "job_title"},
                    "message": "m",
                    "hint": "h",
                }
            ],
        },
        "guards": {"max_deactivations": None, "protected": ["ann@contoso.com"]},
    },
}


@pytest.mark.parametrize("name", CONFIGS)
def test_it_is_equal_after_it_was_stored(name: str) -> None:
    config = account(**CONFIGS[name])

    back = from_json(to_json(config))

    assert back == config
    assert back.fingerprint() == config.fingerprint()
    for field in config.mapping:
        assert back.mapping[field].has_otherwise == config.mapping[field].has_otherwise
    assert ("unique" in back.checks.model_fields_set) == ("unique" in config.checks.model_fields_set)


@pytest.mark.parametrize("path", sorted((ROOT / "include" / "accounts").glob("*.yaml")), ids=lambda path: path.name)
def test_every_account_file_of_the_folder_is_equal_after_it_was_stored(path: Path) -> None:
    config = load_account(path)
    assert from_json(to_json(config)) == config


COLUMNS = ["id", "mail", "userPrincipalName", "displayName", "accountEnabled", "userType"]


def without_attributes(**config: Any) -> tuple[AccountConfig, dict[str, list[str]]]:
    return readable(account(**config), COLUMNS)


def test_fields_of_attributes_that_were_not_read_are_left_out_with_their_checks() -> None:
    config, left_out = without_attributes(
        mapping={"custom.a": {"template": "{streetAddress} {displayName}"}, "custom.b": "displayName"},
        checks={"required": ["custom.a", "custom.b"], "unique": ["job_title"], "allowed": {"city": ["Rome"]}},
    )

    assert left_out["custom.a"] == ["streetAddress"]
    assert set(config.mapping) == {"email", "display_name", "custom.b"}
    assert (config.checks.required, config.checks.unique, config.checks.allowed) == (["custom.b"], [], {})
    assert left_out["manager"] == left_out[MANAGER_TEAMS] == ["manager"]
    assert not config.teams.from_managers


def test_nothing_is_left_out_of_a_snapshot_that_has_all() -> None:
    config = account(mapping={name: None for name in account().mapping if name not in ("email", "display_name")})

    assert readable(config, [*COLUMNS, "manager_id"]) == (config, {})
