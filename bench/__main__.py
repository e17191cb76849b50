"""``python -m bench`` (``make bench``): everything that is measured, one section after the other."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import loading, nights, parsing, ratio
from bench.peers.__main__ import both_sizes
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate

LOADED = 100_000


def main() -> int:
    """Print every section. Wall times are of this machine at this hour; ratios are of one run."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}")
    parsing.measure()
    ratio.measure()
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Postgres(folder / "postgres") as server:
            server.create_database("bench")
            migrate(server.url("bench"))
            nights.measure(server.url("bench"), folder)
            loading.show(loading.measure(folder / "loading", server, users=LOADED, rounds=3))
        both_sizes(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
