"""One extraction in a process of its own: what it took, and what its manifest says.

Given: ``connection``, ``folder`` (of the run, below the account's landing area), ``run_id``, ``mode``.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from upath import UPath

from bench.child import Cost, give, measured, read_given, run
from bench.step import ACCOUNT, sign_in
from entra_sync.extract.snapshot import Manifest, read_manifest
from entra_sync.extract.tenant import extract_tenant


def extract(connection: dict[str, Any], landing: Path, run_id: int, *, mode: str) -> tuple[Manifest, Cost]:
    """Extract into ``landing``/``run_id`` in a child process. Raises ChildFailed."""
    folder = landing / str(run_id)
    given = {"connection": connection, "folder": str(folder), "run_id": run_id, "mode": mode}
    cost = Cost(**run("bench.extraction", given))
    return read_manifest(str(folder)), cost


def main() -> None:
    """Extract once."""
    given = read_given()
    connection, folder = sign_in(given["connection"]), UPath(given["folder"])
    _, cost = measured(lambda: extract_tenant(connection, ACCOUNT, folder, run_id=given["run_id"], mode=given["mode"]))
    give(asdict(cost))


if __name__ == "__main__":
    main()
