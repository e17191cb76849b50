"""The folder of a sandbox tenant: the company, the application, the certificates, and where the server listens.

``company.json``, ``app.json`` and the keys stay from one start to the next, so that a connection stays valid.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from sandbox.certificates import Certificates, certificates_in
from sandbox.company import Company
from sandbox.files import write_private
from sandbox.server.tenant import AppRegistration


class StateFolder:
    """Reads and writes the files of one folder; every file can be read by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def create(self) -> None:
        """Make the folder when there is none."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def certificates(self, host: str = "localhost") -> Certificates:
        """The server's certificates, made when missing."""
        return certificates_in(self.folder, host)

    def company(self) -> Company | None:
        """The company, None when it has not been built yet."""
        path = self.folder / "company.json"
        return Company.from_json(path.read_bytes()) if path.exists() else None

    def save_company(self, company: Company) -> None:
        """Keep the company as it is now."""
        write_private(self.folder / "company.json", company.to_json())

    def app(self) -> tuple[AppRegistration, int]:
        """The application, made when missing, and the port that was used last (0: none yet)."""
        found = self._read("app.json") or {}
        port = int(found.pop("port", 0))
        return AppRegistration(**found), port

    def save_app(self, app: AppRegistration, port: int) -> None:
        """Keep the application and the port."""
        self._write("app.json", asdict(app) | {"port": port})

    def server(self) -> dict[str, Any] | None:
        """Where the server listens; None when there is none, or what is written is stale."""
        found = self._read("server.json")
        return found if found and _alive(int(found["pid"])) else None

    def save_server(self, content: dict[str, Any]) -> None:
        """Say where the server listens."""
        self._write("server.json", content)

    def remove_server(self) -> None:
        """Take back what this process said."""
        found = self._read("server.json")
        if found and found["pid"] == os.getpid():
            (self.folder / "server.json").unlink(missing_ok=True)

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        return dict(orjson.loads(path.read_bytes())) if path.exists() else None

    def _write(self, name: str, content: dict[str, Any]) -> None:
        write_private(self.folder / name, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
