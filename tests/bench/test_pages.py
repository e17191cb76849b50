"""What the bench asks of the page is all that the page answers, and the history that it makes has rows for it."""

from __future__ import annotations

from math import isfinite

import pytest

from bench.pages.history import Sizes
from bench.pages.measure import Measured, measure, table
from bench.pages.question import ROUTES
from tests.conftest import short_folder

SIZES = Sizes(runs=200, changes=20_000, people=1000, accounts=5)


@pytest.fixture(scope="module")
def found() -> Measured:
    with short_folder() as folder:
        return measure(folder, SIZES, repetitions=2, exports=1)


def test_every_route_is_measured_beside_plain_sql_of_its_rows(found: Measured) -> None:
    said = table(found)

    assert {one.asked.route for one in found.questions} == {name for name, _, _ in ROUTES}
    for one in found.questions:
        assert f"| `{one.asked.route}` | {one.asked.says} |" in said
        assert len(one.page) == len(one.empty) == len(one.plain) == (1 if one.asked.is_export else 2)
        assert isfinite(one.ratio)
        assert 0 < one.ratio_with_empty < one.ratio
        assert one.size_bytes > 0 or one.asked.status == 303


def test_the_history_has_the_size_that_was_asked_for(found: Measured) -> None:
    assert (found.rows["run"], found.rows["app_user"]) == (SIZES.runs, SIZES.people)
    assert 0.8 * SIZES.changes < found.rows["change"] < 1.2 * SIZES.changes


def test_a_question_finds_rows(found: Measured) -> None:
    rows = {(one.asked.route, one.asked.says): one.rows for one in found.questions}

    assert rows["GET /runs.csv", "every run"] == SIZES.runs
    # The run stands beside its 50 changes.
    assert rows["GET /runs/{run_id}/{tab}", "everybody of the first night, a late page"] == 51
    # No night of so short a history fails.
    empty = {("GET /", "failed ones, from the middle"), ("GET /runs.csv", "failed ones")}
    assert {key for key, number in rows.items() if number == 0} <= empty
