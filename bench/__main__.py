"""``python -m bench`` (``make bench``): everything that is measured, kept as JSON and written to docs/benchmarks.md.

``--from FILE`` writes page and pictures of a record that was kept, and measures nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import growth, nights, parsing, ratio
from bench.child import ROOT
from bench.machine import this_machine
from bench.peers.__main__ import tenants
from bench.record import Record
from bench.report import write
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate

KEPT = ROOT / ".local" / "bench.json"
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    """Measure or take what was measured; write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--from", dest="kept", type=Path, metavar="FILE", help="a record that was kept")
    parser.add_argument("--save", type=Path, default=KEPT, help="where to keep the record (default: .local/bench.json)")
    parser.add_argument("--page", type=Path, default=PAGE, help="the pictures go to images/ beside it")
    given = parser.parse_args()
    if given.kept:
        record = Record.load(given.kept)
    else:
        record = measure()
        record.save(given.save)
    write(record, given.page)
    return 0


def measure() -> Record:
    """Measure every section and print it. Wall times are of this machine at this hour; ratios are of one run."""
    started, clock = datetime.now(UTC), time.perf_counter()
    loads: dict[str, float] = {}

    def begin(section: str) -> None:
        loads[section] = os.getloadavg()[0]

    begin("DAG file")
    parsed = parsing.measure()
    parsing.show(parsed)
    begin("whole sync")
    turns = ratio.measure()
    ratio.show(turns)
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Postgres(folder / "postgres") as server:
            server.create_database("bench")
            migrate(server.url("bench"))
            machine = this_machine(server.url("bench"))
            begin("nights")
            three = nights.measure(server.url("bench"), folder)
            nights.show(three)
            begin("growth")
            sizes: list[growth.Size] = []
            for size in growth.measure(folder, server):
                growth.show(size, sizes[-1] if sizes else None)
                sizes.append(size)
        begin("peers")
        peers = tenants(folder)
    return Record(
        started=started,
        took_s=time.perf_counter() - clock,
        machine=machine,
        load_averages=loads,
        parsing=parsed,
        ratio=turns,
        nights=three,
        sizes=tuple(sizes),
        peers=peers,
    )


if __name__ == "__main__":
    sys.exit(main())
