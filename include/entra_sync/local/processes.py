"""Background processes that are known by more than their number: a number alone may belong to somebody else by now."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process: its number, when it began, and in which boot of the machine."""

    pid: int
    started: str
    boot: str

    @property
    def alive(self) -> bool:
        return identify(self.pid) == self


def identify(pid: int) -> Process | None:
    """The process that has this number now; None when there is none, or only its exit status is left."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[0] in "ZX":
        return None
    return Process(pid=pid, started=fields[19], boot=_BOOT.read_text().strip())


def start(
    command: Sequence[str],
    *,
    record: Path,
    log: Path,
    environ: Mapping[str, str],
    cwd: Path,
    inherit: Sequence[int] = (),
) -> Process:
    """Start a command in a session of its own, its output in ``log``, and remember it in ``record``."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=dict(environ),
            cwd=cwd,
            pass_fds=tuple(inherit),
        )
    process = identify(child.pid)
    if process is None:
        process = Process(pid=child.pid, started="", boot="")
    temporary = record.with_name(f"{record.name}.new")
    temporary.write_text(json.dumps(asdict(process)))
    temporary.replace(record)
    return process


def remembered(record: Path) -> Process | None:
    """The process of a record, if it is still the same one and alive."""
    try:
        process = Process(**json.loads(record.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return process if process.alive else None


def stop(*records: Path, grace_s: float = 30.0) -> bool:
    """End the processes of records with all that they started; whether there was any.

    All are asked first and then waited for. A process may end before its children do: what is left of its group when
    it has ended, or after ``grace_s`` seconds, is killed.
    """
    alive = [process for record in records if (process := remembered(record))]
    for process in alive:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for process in alive:
        while process.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        _signal_group(process, signal.SIGKILL)
        while process.alive:
            time.sleep(0.02)
    for record in records:
        record.unlink(missing_ok=True)
    return bool(alive)


def _signal_group(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def python_module(*arguments: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", *arguments]


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for a message about a process that died."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
