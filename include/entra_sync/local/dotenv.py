"""The file ``.env``: lines ``KEY=VALUE``. What the environment says already wins."""

from __future__ import annotations

import os
import re
from pathlib import Path

from entra_sync.errors import ConfigurationError
from entra_sync.local.paths import project_root

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)")
_ESCAPED = re.compile(r"\\(.)")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


def env_file(environ: dict[str, str]) -> Path | None:
    """``ENTRA_SYNC_ENV_FILE``, or ``.env`` in the checkout; None when that variable is set and empty."""
    name = environ.get("ENTRA_SYNC_ENV_FILE", ".env")
    return project_root() / name if name else None


def with_env_file(environ: dict[str, str]) -> dict[str, str]:
    """The environment, completed by the file. An empty value in the file says nothing."""
    path = env_file(environ)
    if path is None or not path.is_file():
        return dict(environ)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {type(error).__name__}.") from None
    return {key: value for key, value in parse(text, path).items() if value} | environ


def parse(text: str, path: Path) -> dict[str, str]:
    """The values of a file. Raises ConfigurationError with the number of a line that is none, never its text."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise ConfigurationError(f"{path}, line {number}: expected KEY=VALUE.")
        found[match[1]] = _value(match[2])
    return found


def _value(raw: str) -> str:
    quote = raw[:1]
    if quote in ("'", '"'):
        end = _closing(raw, quote)
        if end is not None:
            inner = raw[1:end]
            return inner if quote == "'" else _ESCAPED.sub(lambda match: _LETTERS.get(match[1], match[1]), inner)
    # A JSON value may hold " #"; anything else ends where a comment begins.
    return raw if quote in ("{", "[") else re.split(r"\s+#", raw, maxsplit=1)[0]


def _closing(raw: str, quote: str) -> int | None:
    """Where the quoted value ends, if nothing but a comment follows."""
    body = r"[^']*" if quote == "'" else r"(?:[^\"\\]|\\.)*"
    match = re.fullmatch(rf"{quote}{body}({quote})\s*(?:#.*)?", raw)
    return match.start(1) if match else None


def apply_env_file() -> None:
    """Complete this process's own environment by the file."""
    os.environ.update(with_env_file(dict(os.environ)))
