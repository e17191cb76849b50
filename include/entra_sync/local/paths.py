"""Where the files of one set-up are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from entra_sync.errors import ConfigurationError


def project_root() -> Path:
    """The checkout that this package was installed from."""
    return Path(__file__).resolve().parents[3]


@dataclass(frozen=True, kw_only=True)
class Local:
    """The folder of one set-up. Two set-ups with different folders share nothing."""

    folder: Path

    def file(self, name: str) -> Path:
        """A file or folder of the set-up."""
        return self.folder / name

    @property
    def airflow(self) -> Path:
        return self.folder / "airflow"

    @property
    def logs(self) -> Path:
        return self.folder / "airflow" / "logs"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    def create(self) -> None:
        """Make the folders; private, but for the way to the database server, which root runs as another user."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.airflow, self.logs, self.sandbox):
                folder.mkdir(mode=0o700, exist_ok=True)
        except PermissionError as error:
            raise ConfigurationError(
                f"{error.filename} cannot be written by this user.",
                hint="The set-up belongs to another user: use that one, or another folder through ENTRA_SYNC_LOCAL.",
            ) from None


def open_local(environ: dict[str, str]) -> Local:
    """The set-up that ``ENTRA_SYNC_LOCAL`` names; a relative folder counts from the checkout."""
    local = Local(folder=(project_root() / (environ.get("ENTRA_SYNC_LOCAL") or ".local")).absolute())
    local.create()
    return local
