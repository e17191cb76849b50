"""The page of a run's checks: Great Expectations' Data Docs, one file that needs nothing from elsewhere.

Every check is on it, those that Arrow or pandas computed as the expectation that says the same; only counts are handed
to the library, so that no value of anybody's can come out. Its sections are rendered by its own renderers; the frame
around them is ours (data_docs.html.j2): the library's own loads fonts, scripts and a picture from seven hosts, and its
site holds 4 MB of static files for each run.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from entra_sync.checks import CheckResult
from entra_sync.validate.library import great_expectations

TABLES = ("snapshot", "users", "groups", "memberships", "profile")

# The expectation that says the same as the check. A check of another shape is a condition on rows.
SAME_AS: dict[str, tuple[str, dict[str, Any]]] = {
    "id_missing": ("ExpectColumnValuesToNotBeNull", {}),
    "id_duplicate": ("ExpectColumnValuesToBeUnique", {}),
    "id_malformed": ("ExpectColumnValuesToMatchRegex", {"regex": "GUID"}),
    "attributes_unreadable": ("ExpectColumnValuesToNotBeNull", {"mostly": 0.5}),
    "memberships_dangling": ("ExpectColumnValuesToBeInSet", {"value_set": ["known"]}),
    "memberships_unknown_group": ("ExpectColumnValuesToBeInSet", {"value_set": ["known"]}),
    "schema_mismatch": ("ExpectTableColumnsToMatchSet", {"column_set": []}),
    "rows_drift": ("ExpectTableRowCountToBeBetween", {}),
    "attribute_blank": ("ExpectColumnProportionOfNonNullValuesToBeBetween", {}),
    "email_invalid": ("ExpectColumnValuesToMatchRegex", {"regex": "name@domain.tld"}),
    "phone_invalid": ("ExpectColumnValuesToMatchRegex", {"regex": "5 to 15 digits"}),
    "date_implausible": ("ExpectColumnValuesToBeBetween", {"min_value": 0, "max_value": 0}),
    "value_missing": ("ExpectColumnValuesToNotBeNull", {}),
    "name_missing": ("ExpectColumnValuesToNotBeNull", {}),
    "account_state_unknown": ("ExpectColumnValuesToNotBeNull", {}),
    "value_not_allowed": ("ExpectColumnValuesToBeInSet", {"value_set": []}),
    "value_duplicate": ("ExpectColumnValuesToBeUnique", {}),
    "email_duplicate": ("ExpectColumnValuesToBeUnique", {}),
    "employee_id_duplicate": ("ExpectColumnValuesToBeUnique", {}),
    "text_too_long": ("ExpectColumnValueLengthsToBeBetween", {"min_value": 0, "max_value": 256}),
    "text_cleaned": ("ExpectColumnValuesToNotMatchRegex", {"regex": "control characters"}),
}
OF_COLUMN = ("ExpectColumnValuesToBeInSet", {"value_set": ["accepted"]})
OF_TABLE = ("ExpectTableRowCountToBeBetween", {"min_value": 0})


def page(results: list[CheckResult], *, heading: str) -> str:
    """The HTML of one run's checks; ``heading`` names account, run and time."""
    library = great_expectations()
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    chapters = []
    for table in TABLES:
        mine = [result for result in results if result.table == table]
        if mine:
            content = ValidationResultsPageRenderer().render(_suite_result(library, table, mine)).to_json_dict()
            # The first section repeats the counts, with links to pages that are not kept.
            passed = sum(result.ok for result in mine)
            chapters.append({"name": table, "passed": passed, "asked": len(mine), "sections": content["sections"][1:]})
    html: str = frame().render(heading=heading, chapters=chapters)
    # A third of it is blanks.
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


@cache
def frame() -> Any:
    """The template of the page; it and those of the library that it uses are compiled once in a process."""
    from great_expectations.render.view.view import DefaultJinjaView

    return DefaultJinjaView(custom_views_directory=str(Path(__file__).parent)).env.get_template("data_docs.html.j2")


def _suite_result(library: Any, table: str, results: list[CheckResult]) -> Any:
    from great_expectations.core import ExpectationSuiteValidationResult

    passed = sum(result.ok for result in results)
    return ExpectationSuiteValidationResult(
        suite_name=table,
        success=passed == len(results),
        results=[_result(library, result) for result in results],
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": 100 * passed / len(results),
        },
        meta={"great_expectations_version": library.__version__},
    )


def _result(library: Any, result: CheckResult) -> Any:
    from great_expectations.core import ExpectationValidationResult

    # A table that shrank may lack more rows than it has, which the library refuses to show.
    failed = min(result.failed, result.rows)
    share = 100 * failed / result.rows if result.rows else 0.0
    counts = {"element_count": result.rows, "unexpected_count": failed, "unexpected_percent": share}
    shares = {"unexpected_percent_total": share, "unexpected_percent_nonmissing": share}
    seen: dict[str, Any] = {**counts, **shares, "missing_count": 0, "missing_percent": 0.0}
    if result.code == "rows_drift":
        seen = {"observed_value": result.rows}
    elif result.code == "attribute_blank":
        seen |= {"observed_value": f"{100 - share:.1f} % are there"}
    return ExpectationValidationResult(
        success=result.ok,
        expectation_config=_expectation(library, result).configuration,
        result=seen,
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )


def _expectation(library: Any, result: CheckResult) -> Any:
    kind, options = SAME_AS.get(result.code, OF_COLUMN)
    if kind.startswith("ExpectColumn") and not result.column:
        kind, options = OF_TABLE
    column = {"column": result.column} if kind.startswith("ExpectColumn") else {}
    # The library puts a description into the page as it is.
    description = escape(f"{result.expected} ({result.code}: {result.severity}, {result.engine})")
    return getattr(library.expectations, kind)(**column, **options, description=description)
