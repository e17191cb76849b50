"""``python -m bench.pages``: every route of *Sync history* on 100,000 runs, 10,000,000 changes and 100,000 people.

Three times for each question, medians of turns: the page over HTTP, an empty answer of the same application to the same
login, and plain SQL of the same rows (``bench.pages.question``). Airflow's API server has one worker.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from bench.pages.history import Sizes
from bench.pages.measure import measure, table


def main() -> int:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000, help="a multiple of the accounts")
    parser.add_argument("--changes", type=int, default=10_000_000, help="about so many")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=20, help="the first one has four fifths of the people")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--exports", type=int, default=3, help="repetitions of what exports all rows")
    parser.add_argument("--folder", type=Path, help="keep the history there, and take the one that is there")
    given = parser.parse_args()
    if given.runs % given.accounts:
        parser.error("--runs must be a multiple of --accounts")
    sizes = Sizes(runs=given.runs, changes=given.changes, people=given.people, accounts=given.accounts)
    kept = nullcontext(given.folder) if given.folder else tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp")
    with kept as name:
        folder = Path(name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        found = measure(folder, sizes, repetitions=given.repetitions, exports=given.exports)
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}")
    print(f"{', '.join(f'{number:,} {name}' for name, number in found.rows.items())}\n")
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
