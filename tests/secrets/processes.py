"""Watches the arguments and environments of all processes of this machine while something runs."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.secrets.searching import Search

PAUSE_S = 0.2


class Watch(threading.Thread):
    """Looks five times a second. ``arguments``: what was found in whose; ``variables``: in which variable of whose."""

    def __init__(self, search: Search, folder: Path) -> None:
        super().__init__(name="watch", daemon=True)
        self.search = search
        self.folder = str(folder).encode()
        self.arguments: dict[str, set[str]] = {}
        self.variables: dict[tuple[str, str], set[str]] = {}
        self.programs: set[str] = set()
        self._seen: set[tuple[int, bytes, bytes]] = set()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(PAUSE_S):
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit():
                    self.look(folder)

    def look(self, folder: Path) -> None:
        """Look at one process, again when it has become another program."""
        try:
            started = (folder / "stat").read_bytes().rpartition(b")")[2].split()[19]
            arguments = (folder / "cmdline").read_bytes()
            if (key := (int(folder.name), started, arguments)) in self._seen:
                return
            self._seen.add(key)
            environment = (folder / "environ").read_bytes()
        except (OSError, IndexError):  # it has ended, or is another user's
            return
        program = named(arguments)
        if found := self.search.within(arguments):
            self.arguments.setdefault(program, set()).update(found)
        if self.folder not in environment and self.folder not in arguments:
            return
        self.programs.add(program)
        for variable in environment.split(b"\0"):
            name, _, value = variable.partition(b"=")
            if found := self.search.within(value):
                self.variables.setdefault((program, name.decode(errors="replace")), set()).update(found)


def named(arguments: bytes) -> str:
    """A process in a word or two: ``postgres``, ``airflow scheduler``, ``entra_sync explain``."""
    words = [part.decode(errors="replace") for part in arguments.split(b"\0") if part]
    line = " ".join(words)
    if found := re.search(r"(?:-m |/bin/)(sandbox|airflow|entra_sync(?:\.local)?) (\S+)", line):
        return f"{found[1]} {found[2]}"
    if found := re.match(r"airflow[ :-]+([\w-]+)", line):
        return f"airflow {found[1]}"
    return Path(words[0].partition(":")[0].partition(" ")[0]).name if words else ""
