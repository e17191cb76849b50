"""The step load of one night in a process of its own, to be killed: ``python -m tests.crash.loader``, given JSON."""

from __future__ import annotations

import json
import signal
import sys

from entra_sync import record
from entra_sync.db import connect
from tests.crash.days import directory
from tests.load.factory import Directory, Nights


def load(nights: Nights, wanted: Directory) -> None:
    """The step load of the newest run, as ``pipeline.load`` does it."""
    with connect(nights.url) as connection:
        run = record.ensure_open(connection, nights.slug, f"{nights.slug}-{nights.count}")
    with record.working(nights.url, run, step="load"):
        nights.load(run, wanted)


def main() -> None:
    """Load the night that standard input names."""
    # A shell that has started the tests in the background leaves Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = json.loads(sys.stdin.read())
    if given["as_in_airflow"]:
        # What Airflow's task runner makes of SIGTERM: it calls the operator's on_kill, which does nothing here, and the
        # task works on until SIGKILL comes.
        signal.signal(signal.SIGTERM, lambda *_: None)
    nights = Nights(url=given["url"], slug=given["slug"], count=given["count"])
    load(nights, directory(given["seed"], given["day"]))


if __name__ == "__main__":
    main()
