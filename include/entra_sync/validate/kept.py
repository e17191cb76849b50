"""What a run's checks leave in the store, beside the findings: ``checks.json`` and the pages of ``data_docs``."""

from __future__ import annotations

import json
from dataclasses import asdict

from upath import UPath

from entra_sync.checks import CheckResult
from entra_sync.store import whole_file
from entra_sync.validate.data_docs import page

RESULTS = "checks.json"
DATA_DOCS = "data_docs"


def keep_results(folder: UPath, results: list[CheckResult], *, heading: str) -> UPath:
    """Write both, replacing those of an earlier try; gives the place of the page. ``heading`` names the run."""
    with whole_file(folder / RESULTS) as file:
        file.write(json.dumps([asdict(result) for result in results], indent=1, ensure_ascii=False).encode())
    index = folder / DATA_DOCS / "index.html"
    with whole_file(index) as file:
        file.write(page(results, heading=heading).encode())
    return index


def read_results(folder: UPath) -> list[CheckResult]:
    """Read what ``keep_results`` wrote; empty when the run did not come that far."""
    kept = folder / RESULTS
    if not kept.exists():
        return []
    return [CheckResult(**row) for row in json.loads(kept.read_text(encoding="utf-8"))]
