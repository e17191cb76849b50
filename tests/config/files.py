"""Account files out of a few lines, and what is said about them."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from entra_sync.config.account import AccountConfig, load_account
from entra_sync.errors import ConfigurationError

SMALLEST = "account: contoso\nname: Contoso Ltd\n"


def write(folder: Path, text: str, name: str = "contoso.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def account_of(text: str) -> AccountConfig:
    """The account of a file with these lines below the two that every file has."""
    with TemporaryDirectory() as folder:
        return load_account(write(Path(folder), SMALLEST + text))


def said_about(text: str) -> list[str]:
    """What is wrong with a file of these lines, without the file's name; a key of theirs is in line 3 or below."""
    try:
        account_of(text)
    except ConfigurationError as error:
        lines = str(error).splitlines()
        assert all(line.startswith("contoso.yaml: ") for line in lines)
        return [line.removeprefix("contoso.yaml: ") for line in lines]
    return []


def as_editors_read(text: str) -> Any:
    """YAML 1.2 with its numbers, as the YAML language server holds it against a schema."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
