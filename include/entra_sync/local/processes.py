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

# For a process that was left behind, from being asked to end to being killed.
LAST_S = 5.0
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
    """The process that has this number now; None when there is none, or only its exit status is left.

    The first thread of a process may have ended before the others: as long as one of them is there, so are the
    process's open files and its locks.
    """
    folder = Path(f"/proc/{pid}")
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        if fields[0] in "ZX" and len(list((folder / "task").iterdir())) < 2:
            return None
    except (FileNotFoundError, ProcessLookupError):
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

    All are asked first and waited for, for ``grace_s`` seconds. A process may end before its children do, and some of
    Airflow's are in groups of their own: what is left of its session is asked, and killed ``LAST_S`` seconds later.
    """
    alive = [process for record in records if (process := remembered(record))]
    for process in alive:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for process in alive:
        while process.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.alive:
            _signal_group(process, signal.SIGKILL)
    left = [one for process in alive for one in _session(process)]
    for one in left:
        _signal(one, signal.SIGTERM)
    deadline = time.monotonic() + LAST_S
    while any(one.alive for one in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    for one in {*left, *(one for process in alive for one in _session(process))}:
        _signal(one, signal.SIGKILL)
        while one.alive:
            time.sleep(0.02)
    for record in records:
        record.unlink(missing_ok=True)
    return bool(alive)


def _session(leader: Process) -> list[Process]:
    """The processes of the leader's session that are alive, itself among them."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [found for number in numbers if _session_of(number) == leader.pid and (found := identify(number))]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _signal_group(process: Process, number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _signal(process: Process, number: signal.Signals) -> None:
    if process.alive:
        try:
            os.kill(process.pid, number)
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
