"""Connections out of a JSON file, one at a time: a secrets backend of Airflow, for files of hundreds of them.

Airflow's own LocalFilesystemBackend makes all connections of the file whenever one is asked for, and Airflow's masker
compiles its pattern of all secrets anew for each: with 500 connections 15 s of a processor for every step. Here the
others stay text, and a step's process knows no secret but those that it asks for.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from airflow.secrets.base_secrets import BaseSecretsBackend

from entra_sync.errors import ConfigurationError


class ConnectionsFile(BaseSecretsBackend):
    """``{"entra_contoso": {"conn_type": "entra_id", ...}, ...}``; a connection may be a URI, too. Read at each look-up:
    a new secret needs no restart."""

    # Airflow keeps a backend's errors to itself and says that the connection does not exist.
    problem: ClassVar[ConfigurationError | None] = None

    def __init__(self, connections_file_path: str) -> None:
        super().__init__()
        self._path = Path(connections_file_path)

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """The connection as JSON or as a URI; None when the file does not have it. Raises ConfigurationError."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise TypeError
        except (OSError, ValueError, TypeError) as error:
            ConnectionsFile.problem = _unreadable(self._path, error)
            raise ConnectionsFile.problem from None
        ConnectionsFile.problem = None
        value = found.get(conn_id)
        return value if value is None or isinstance(value, str) else json.dumps(value)

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """The file holds connections alone."""
        return None


def _unreadable(path: Path, error: Exception) -> ConfigurationError:
    """Without what the file holds: the text of an error may quote it."""
    return ConfigurationError(
        f"The connections' file {path} cannot be read ({type(error).__name__}).",
        hint="It holds one JSON object, readable by Airflow's user: docs/secrets.md.",
    )
