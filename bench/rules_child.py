"""One step on a snapshot that lies there, in a process of its own: ``floor``, ``validate`` or ``transform``.

Given: ``work``, ``folder``, ``files`` (as ``bench.synthetic`` gave them), ``account`` (a file), ``profile`` (how many
lines of cProfile, 0 for none). Imports are part of the work, as in a task; what goes to the database is not.
"""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.child import give, measured, read_given

AS_OF = datetime(2026, 11, 23, 0, 1, tzinfo=UTC)


def floor(given: dict[str, Any]) -> dict[str, int]:
    """pandas' own reading of the three files."""
    import pandas as pd

    folder = Path(given["folder"])
    return {name.removesuffix(".parquet"): len(pd.read_parquet(folder / name)) for name in given["files"]}


def validate(given: dict[str, Any]) -> dict[str, int]:
    """The step validate: every check, issues and results kept."""
    from upath import UPath

    from entra_sync.checks import History
    from entra_sync.config.account import load_account
    from entra_sync.extract.snapshot import read_files
    from entra_sync.store import ISSUES, write_table
    from entra_sync.validate import check
    from entra_sync.validate.kept import keep_results

    folder, account = UPath(given["folder"]), load_account(Path(given["account"]))
    tables = read_files(str(folder), given["files"])
    found = check(tables, account, complete=True, as_of=AS_OF, history=History())
    write_table(folder / ISSUES, found.issues)
    keep_results(folder, found.results, heading=account.name)
    if found.blocked:
        raise ValueError(found.blocked[0])
    return {"checks": len(found.results), "issues": found.issues.num_rows, "rejected": len(found.rejected)}


def transform(given: dict[str, Any]) -> dict[str, int]:
    """The step transform: scope, profiles, org chart, teams, written."""
    from upath import UPath

    from entra_sync.config.account import load_account
    from entra_sync.extract.snapshot import read_files
    from entra_sync.pipeline import CURATED
    from entra_sync.scope import decide
    from entra_sync.store import ISSUES, read_table, write_table
    from entra_sync.transform import build
    from entra_sync.validate import rejections

    folder, account = UPath(given["folder"]), load_account(Path(given["account"]))
    tables = read_files(str(folder), given["files"])
    rejected = rejections(read_table(folder / ISSUES))
    decisions = decide(tables.users, tables.groups, tables.memberships, account)
    curated = build(tables, account, rejected, decisions)
    for name in CURATED:
        write_table(folder / "curated" / f"{name}.parquet", getattr(curated, name))
    return {name: getattr(curated, name).num_rows for name in ("profile", "team", "team_member")}


WORK: dict[str, Callable[[dict[str, Any]], dict[str, int]]] = {
    "floor": floor,
    "validate": validate,
    "transform": transform,
}


def main() -> None:
    """Do the work once."""
    given = read_given()
    profiler = cProfile.Profile()
    work = WORK[given["work"]]
    done = (lambda: profiler.runcall(work, given)) if given["profile"] else (lambda: work(given))
    counts, cost = measured(done)
    lines = ""
    if given["profile"]:
        text = io.StringIO()
        stats = pstats.Stats(profiler, stream=text)
        stats.sort_stats("tottime").print_stats(given["profile"])
        # The product's own functions, with all that they call.
        stats.sort_stats("cumtime").print_stats(r"include/entra_sync", given["profile"])
        lines = text.getvalue()
    give({"counts": counts, "cost": asdict(cost), "profile": lines})


if __name__ == "__main__":
    main()
