"""The checks of whole nights: what they leave in the database and the store, and what earlier nights mean to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from entra_sync import pipeline, record
from entra_sync.checks import CheckResult
from entra_sync.db import connect
from entra_sync.errors import ValidationBlocked
from entra_sync.validate.kept import read_results
from tests.e2e.conftest import Nights
from tests.e2e.test_nights import plain_people


def checks_of(nights: Nights, run_id: int) -> list[CheckResult]:
    with connect(nights.url) as connection:
        return record.checks(connection, run_id)


def measures_of(nights: Nights, run_id: int) -> dict[str, float]:
    rows = nights.rows("select name, value from sync.measure where run_id = %s", run_id)
    return {row["name"]: row["value"] for row in rows}


def history(nights: Nights, *, before: int | None = None, last: int = 7) -> list[dict[str, float]]:
    with connect(nights.url) as connection:
        found = record.history_of_checks(connection, "contoso", nights=last, before=before)
    return [dict(night) for night in found.nights]


def blank(nights: Nights, attribute: str) -> None:
    """Entra loses an attribute of everybody."""
    company = nights.tenant.company
    for one in list(company.users):
        company.update_user(one, **{attribute: None})


def test_a_night_keeps_every_check_in_the_database_and_in_the_store(nights: Nights) -> None:
    nights.run()

    run = nights.last_run()
    folder = UPath(run["checks_uri"])
    assert folder == UPath(nights.store / "checks" / "contoso" / str(run["id"]))
    kept = read_results(folder)
    assert checks_of(nights, run["id"]) == kept
    assert {"email_invalid", "id_missing", "rows_drift", "attribute_blank"} <= {one.code for one in kept}
    html = (folder / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert f"Contoso Ltd: checks of run {run['id']}" in html
    addresses = [row["email"] for row in nights.rows("select email from peoplegoal.app_user")]
    assert addresses
    assert not [address for address in addresses if address in html]
    measures = measures_of(nights, run["id"])
    assert measures["complete"] == 1
    assert measures["rows.users"] == run["users_seen"]
    assert 0 < measures["in_scope"] <= measures["rows.users"]
    assert measures["nulls.email"] == 0


def test_a_mapping_that_went_blank_blocks_the_night_and_nobody_loses_a_value(nights: Nights) -> None:
    nights.run()
    before = nights.everything()
    blank(nights, "jobTitle")

    with pytest.raises(ValidationBlocked, match=r"job_title is empty for 100\.0%"):
        nights.run()

    run = nights.last_run()
    assert run["status"] == "failed"
    assert nights.everything() == before
    assert "attribute_blank" in {row["code"] for row in nights.issues()}
    (failed,) = [one for one in checks_of(nights, run["id"]) if one.code == "attribute_blank" and not one.ok]
    assert (failed.column, failed.severity) == ("job_title", "block")
    # A blocked night is no night to compare with: the next one is blocked as well.
    assert measures_of(nights, run["id"])["nulls.job_title"] == 1
    assert [night["nulls.job_title"] < 1 for night in history(nights)] == [True]
    with pytest.raises(ValidationBlocked):
        nights.run()

    nights.config["checks"] = {"severity": {"attribute_blank": "warn"}}
    assert nights.run() in ("success", "partial")
    assert {row["job_title"] for row in nights.rows("select job_title from peoplegoal.profile")} == {None}


def test_dry_failed_and_incomplete_nights_are_not_compared_with(nights: Nights) -> None:
    nights.run()
    first = nights.last_run()["id"]
    nights.run(dry_run=True)
    nights.run()
    third = nights.last_run()["id"]
    statements = [
        "update sync.measure set value = 0 where name = 'complete' and run_id = %s returning 1",
        "update sync.measure set value = 1 where name = 'complete' and run_id = %s returning 1",
    ]

    assert len(history(nights)) == 2
    assert len(history(nights, last=1)) == 1
    assert len(history(nights, before=third)) == 1
    assert history(nights, before=first) == []
    nights.rows(statements[0], first)
    assert len(history(nights)) == 1
    nights.rows(statements[1], first)
    nights.rows("update sync.run set status = 'stale' where id = %s returning 1", first)
    assert len(history(nights)) == 1


def test_a_retry_of_the_step_replaces_what_it_left(nights: Nights) -> None:
    nights.nights += 1
    ref = nights.ref()
    pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="full", dry_run=False)
    snapshot = pipeline.extract(ref, lambda: nights.tenant.entra_connection(), mode="auto")
    pipeline.validate(ref, snapshot)
    run = nights.last_run()["id"]
    first = checks_of(nights, run)

    ref = nights.ref()
    pipeline.validate(ref, snapshot)

    assert checks_of(nights, run) == first
    assert nights.rows("select count(*) as n from sync.check")[0]["n"] == len(first)


def test_an_expectation_of_the_account_rejects_whom_it_names(nights: Nights) -> None:
    someone = plain_people(nights)[0]
    nights.tenant.company.update_user(someone, jobTitle="x")
    entry: dict[str, Any] = {
        "code": "title_too_short",
        "expect": "ExpectColumnValueLengthsToBeBetween",
        "options": {"column": "job_title", "min_value": 2},
        "severity": "reject",
        "message": "The job title has fewer than two letters.",
        "hint": "Write the title out in Entra.",
    }
    nights.config["checks"] = {"expectations": [entry]}

    assert nights.run() == "partial"

    found = [row for row in nights.issues() if row["code"] == "title_too_short"]
    assert [(row["entra_id"], row["severity"], row["hint"]) for row in found] == [(someone, "error", entry["hint"])]
    assert nights.last_run()["users_rejected"] == 1


def test_the_history_of_runs_names_the_place(nights: Nights, tmp_path: Path) -> None:
    nights.run()
    with connect(nights.url) as connection:
        (run,) = record.history(connection)
        summary = record.run_summary(connection, "contoso", "night-1")

    assert run["checks_uri"].startswith(str(tmp_path))
    assert summary["checks"]["asked"] > 40
    assert summary["checks"]["failed"] == sum(not one.ok for one in checks_of(nights, run["id"]))
