"""The page of a run's checks, and the record beside it."""

from __future__ import annotations

import re
import secrets
from html import unescape
from pathlib import Path

import pytest
from upath import UPath

from entra_sync.codes import SEVERITIES
from entra_sync.validate import Checked, CheckResult
from entra_sync.validate.data_docs import page
from entra_sync.validate.kept import keep_results, read_results
from tests.transform.tenant import account, checked, group, person, tables

NAME = "Zoltan Geheim"


@pytest.fixture(scope="module")
def found() -> Checked:
    """A tenant with a defect of many kinds, each with a name that must not come out."""
    expectation = {
        "code": "name_too_long",
        "expect": "ExpectColumnValueLengthsToBeBetween",
        "options": {"column": "display_name", "max_value": 5},
        "message": "The display name is long.",
        "hint": "Shorten it.",
    }
    bad = {
        "displayName": NAME,
        "mail": f"{NAME} at home",
        "employeeHireDate": NAME,
        "mobilePhone": NAME,
        "employeeId": NAME,
        "jobTitle": f"{NAME}\x07" * 30,
        "department": NAME,
    }
    config = account(checks={"expectations": [expectation], "allowed": {"department": ["Sales"]}})
    people = [person(1, manager=1, **bad), person(2, employeeId=NAME), person(3)]
    snapshot = tables(people, [group(1, displayName=NAME)], {1: [1]}, config=config)
    return checked(snapshot, config)


def test_every_check_is_on_the_page_with_its_words(found: Checked) -> None:
    html = unescape(page(found.results, heading="Contoso: checks of run 7"))
    assert "<h1>Contoso: checks of run 7</h1>" in html
    for result in found.results:
        assert f"{result.expected} ({result.code}: {result.severity}, {result.engine})" in html
    icons = re.findall(r"fa-(check-circle|times)\b", html.split("</style>")[1])
    passed = sum(result.ok for result in found.results)
    assert (icons.count("check-circle"), icons.count("times")) == (passed, len(found.results) - passed)


def test_counts_are_on_the_page_and_no_value_of_anybodys(found: Checked) -> None:
    assert sum(not result.ok for result in found.results) >= 8
    html = page(found.results, heading="Contoso")
    assert "2 unexpected values found" in html
    for part in (*NAME.split(), "at home"):
        assert part not in html
        assert part not in str(found.results)


def test_the_page_needs_nothing_from_elsewhere_and_is_small(found: Checked) -> None:
    html = page(found.results, heading="Contoso")
    assert not re.search(r"(src|href)=[\"'](?!#)|@import|url\(|<script", html)
    assert len(html) < 300_000


@pytest.mark.parametrize("code", SEVERITIES)
@pytest.mark.parametrize("failed", [0, 2, 30])
def test_every_check_of_the_product_can_be_shown(code: str, failed: int) -> None:
    ok = not failed
    for column in ("", "job_title"):
        result = CheckResult(
            code=code,
            table="profile",
            column=column,
            severity="warn",
            rows=3,
            failed=failed,
            ok=ok,
            expected="<Every> $title is ${there}, 100 %",
            engine="arrow",
        )
        html = page([result], heading="Contoso")
        assert f"&lt;Every&gt; $title is ${{there}}, 100 % ({code}: warn, arrow)" in html
        assert ("fa-times" in html.split("</style>")[1]) != ok


@pytest.mark.parametrize("place", ["local", "memory"])
def test_results_are_kept_in_any_store_and_a_retry_replaces_them(place: str, found: Checked, tmp_path: Path) -> None:
    folder = UPath(tmp_path / "checks") if place == "local" else UPath(f"memory://{secrets.token_hex(8)}/checks")
    keep_results(folder, [], heading="First try")
    index = keep_results(folder, found.results, heading="Contoso")
    assert read_results(folder) == found.results
    assert index == folder / "data_docs" / "index.html"
    assert "<h1>Contoso</h1>" in index.read_text(encoding="utf-8")
    assert read_results(folder / "nothing") == []


def test_kept_files_are_for_their_owner_alone(found: Checked, tmp_path: Path) -> None:
    keep_results(UPath(tmp_path / "a" / "b"), found.results, heading="Contoso")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "a").rglob("*")}
    assert modes == {"b": 0o700, "checks.json": 0o600, "data_docs": 0o700, "index.html": 0o600}
