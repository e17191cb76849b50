"""A command of a person inside this checkout's set-up, unless the process is in an Airflow environment already."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from entra_sync.local.paths import project_root


@contextmanager
def set_up() -> Iterator[None]:
    """Give the block the set-up's connections, its database running. Where Airflow is configured nothing is done."""
    checkout = (project_root() / "Makefile").exists()
    if "AIRFLOW_HOME" in os.environ or not checkout:
        yield
        return
    from entra_sync.local.setup import adopt, connections, open_setup

    setup = open_setup()
    with setup.server, connections(setup):
        adopt(setup.environ)
        yield
