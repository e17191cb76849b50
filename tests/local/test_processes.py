"""Background processes end with all that they started."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from entra_sync.local import processes

# A leader that ends at once when asked, and a child that does not;
# with OWN 0 in a group of its own, as Airflow's tasks are.
FAMILY = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').write('ready'); time.sleep(600)"), sys.argv[1]], process_group=OWN)
open(sys.argv[2], "w").write(str(child.pid))
time.sleep(600)
"""
# One that takes a moment to end.
SLOW = """
import signal, sys, time
def end(*_):
    time.sleep(1)
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[1], "w").write("ready")
time.sleep(600)
"""

# The first thread has ended, and its exit status is all that is left of it; another one goes on.
SECOND_THREAD = """
import ctypes, sys, threading, time
def second():
    while "Z" not in open("/proc/self/stat").read().rpartition(")")[2].split()[0]:
        time.sleep(0.01)
    open(sys.argv[1], "w").write("ready")
    time.sleep(600)
threading.Thread(target=second).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def started(tmp_path: Path, name: str, code: str, *files: Path) -> Path:
    """Start a program and wait for its first file; gives the record."""
    record = tmp_path / f"{name}.process"
    processes.start(
        [sys.executable, "-c", code, *map(str, files)],
        record=record,
        log=tmp_path / f"{name}.log",
        environ=dict(os.environ),
        cwd=tmp_path,
    )
    while not all(file.exists() and file.read_text() for file in files):
        time.sleep(0.02)
    return record


@pytest.mark.parametrize("own", [None, 0], ids=["in its group", "in a group of its own"])
def test_a_child_that_ignores_the_end_of_its_parent_is_ended_too(tmp_path: Path, own: int | None) -> None:
    ready, number = tmp_path / "ready", tmp_path / "number"
    slow = started(tmp_path, "slow", SLOW, tmp_path / "slow")
    family = started(tmp_path, "family", FAMILY.replace("OWN", str(own)), ready, number)
    child = processes.identify(int(number.read_text()))
    assert child is not None

    # The family's parent is gone long before its turn comes: the slow one is waited for first.
    assert processes.stop(slow, family)

    assert not child.alive
    assert not slow.exists()
    assert not family.exists()
    assert not processes.stop(slow, family)


def test_a_process_is_there_until_its_last_thread_has_ended(tmp_path: Path) -> None:
    record = started(tmp_path, "threads", SECOND_THREAD, tmp_path / "ready")
    process = processes.remembered(record)
    assert process is not None
    assert processes.stop(record, grace_s=0.0)
    assert not process.alive
