"""The summary at the end of a run: what a person wants to know, and where to look next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entra_sync.cli.summary import lines

STARTED = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
COUNTERS = [
    "users_seen",
    "users_created",
    "users_updated",
    "users_reactivated",
    "users_deactivated",
    "users_unchanged",
    "users_held",
    "users_rejected",
    "teams_created",
    "teams_updated",
    "teams_archived",
    "teams_unchanged",
    "members_added",
    "members_removed",
    "errors",
    "warnings",
    "ready_to_invite",
    "ready_to_invite_new",
]


def run(**changes: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(COUNTERS, 0),
        "id": 7,
        "account_name": "Contoso Ltd",
        "mode": "full",
        "mode_reason": "weekly",
        "dry_run": False,
        "status": "success",
        "started_at": STARTED,
        "finished_at": STARTED + timedelta(seconds=2.5),
        "error_step": None,
        "error_message": None,
        "issues": [],
        "checks": {"asked": 0, "failed": 0},
        "checks_uri": None,
        **changes,
    }


def test_it_says_who_how_long_and_how_many() -> None:
    text = "\n".join(lines(run(users_seen=12_000, users_created=3, ready_to_invite=40, ready_to_invite_new=3)))

    assert text.startswith("Contoso Ltd: success")
    assert "2.5 s" in text
    assert "12,000 in the directory: 3 created" in text
    assert "ready to invite  40, 3 of them by this run" in text
    assert "run_id 7" in text


def test_an_issue_shows_its_code_some_names_and_what_to_do() -> None:
    group = {
        "severity": "error",
        "code": "email_invalid",
        "hint": "Correct the address in Entra.",
        "count": 5,
        "labels": ["Ann", "Bob", "Cem"],
    }

    text = "\n".join(lines(run(status="partial", errors=5, issues=[group])))

    assert "error    email_invalid (5): Ann, Bob, Cem and 2 more" in text
    assert "Correct the address in Entra." in text
    assert "docs/issue_codes.md" in text


def test_a_failed_run_says_why_and_shows_no_numbers_of_people() -> None:
    text = "\n".join(lines(run(status="failed", error_step="extract", error_message="GET /users failed: HTTP 503.")))

    assert "failed: nobody was changed" in text
    assert "GET /users failed: HTTP 503." in text
    assert "created" not in text


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_is_named(dry_run: bool) -> None:
    assert ("dry run" in "\n".join(lines(run(dry_run=dry_run)))) == dry_run


def test_it_names_the_page_of_the_checks_once_there_is_one() -> None:
    place = "s3://store/checks/contoso/7"
    text = "\n".join(lines(run(checks={"asked": 57, "failed": 2}, checks_uri=place)))

    assert f"checks           57 asked, 2 failed: {place}/data_docs/index.html" in text
    assert "data_docs" not in "\n".join(lines(run()))
