"""The child process that runs a DAG: forked, so that nothing is loaded twice; it dies with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from entra_sync.errors import EntraSyncError
from entra_sync.local.dag_run import Order, json_lines, run_dag
from entra_sync.local.setup import Setup

_PR_SET_PDEATHSIG = 1


class Child:
    """The parent's end: a pipe to let it go, a pipe of its events."""

    def __init__(self, pid: int, go: int, events: int) -> None:
        self.pid = pid
        self._go = go
        self._events = os.fdopen(events, encoding="utf-8")
        self._status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing of it is left running."""
        if self._status is None:
            self.end(at_once=True)
            self.wait()
        with contextlib.suppress(OSError):
            os.close(self._go)
        self._events.close()

    def go(self, environ: dict[str, str]) -> None:
        """The database server runs: the child may begin, with these variables more."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._go, (json.dumps(environ) + "\n").encode())

    def events(self) -> Iterator[dict[str, Any]]:
        """What it tells, until it has ended."""
        for line in self._events:
            yield json.loads(line)

    def end(self, *, at_once: bool) -> None:
        """Ask it to end its run as failed, or just end it."""
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL if at_once else signal.SIGINT)

    def wait(self) -> int:
        """Its exit status; 1 when it was killed."""
        if self._status is None:
            _, raw = os.waitpid(self.pid, 0)
            self._status = max(os.waitstatus_to_exitcode(raw), -1)
        return self._status if self._status >= 0 else 1


def spawn(setup: Setup, order: Order, *, log: Path, alone: bool) -> Child:
    """Start the child; it loads Airflow at once and begins its run when ``go`` is called."""
    go_read, go_write = os.pipe()
    events_read, events_write = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(go_read)
        os.close(events_write)
        with contextlib.suppress(PermissionError):
            os.setpgid(pid, pid)
        return Child(pid, go_write, events_read)
    status = 1
    try:
        os.close(go_write)
        os.close(events_read)
        _detach(parent, log)
        status = _work(setup, order, go_read, events_write, alone=alone)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _detach(parent: int, log: Path) -> None:
    """A process group of its own, a log for output, and an end together with the parent."""
    with contextlib.suppress(PermissionError):
        os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


def _work(setup: Setup, order: Order, go: int, events: int, *, alone: bool) -> int:
    emit = json_lines(events)

    def wait() -> dict[str, str]:
        with os.fdopen(go, encoding="utf-8") as pipe:
            line = pipe.readline()
        if not line:
            os._exit(1)  # the parent could not start the server, and says so
        environ: dict[str, str] = json.loads(line)
        return environ

    try:
        return run_dag(setup, order, alone=alone, go=wait, emit=emit)
    except KeyboardInterrupt:
        return 130
    except EntraSyncError as error:
        emit({"event": "error", "text": str(error)})
        return 1
    except Exception as error:
        traceback.print_exc()
        emit({"event": "error", "text": f"The run could not be started ({type(error).__name__})."})
        return 1
