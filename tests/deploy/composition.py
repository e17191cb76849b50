"""docker-compose.yaml as Compose reads it: merges, ``${NAME:-default}``, ``${NAME:?refusal}``; ``$$`` is ``$``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.conftest import ROOT

FILE = ROOT / "docker-compose.yaml"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})")


class Refused(ValueError):
    """A variable that must be given is not."""


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """The whole file. Raises Refused as ``docker compose`` would."""
    found: dict[str, Any] = _interpolated(yaml.safe_load(FILE.read_text(encoding="utf-8")), environ)
    return found


def _interpolated(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(part, environ) for key, part in value.items()}
    if isinstance(value, list):
        return [_interpolated(part, environ) for part in value]
    return VARIABLE.sub(lambda match: _replaced(match, environ), value) if isinstance(value, str) else value


def _replaced(match: re.Match[str], environ: Mapping[str, str]) -> str:
    name, kind, rest = match.groups()
    if name is None:
        return "$"
    if environ.get(name):
        return environ[name]
    if kind != "-":
        raise Refused(rest or f"{name} is not set")
    return str(rest)


@dataclass(frozen=True, kw_only=True)
class Here:
    """Where on this machine things are that a container has a name or a path for: the whole of what is different."""

    rules: tuple[tuple[str, str], ...]

    def text(self, text: str) -> str:
        """A value or an argument with names and paths of this machine."""
        for there, here in self.rules:
            text = text.replace(there, here)
        return text

    def environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        """A service's environment."""
        return {name: self.text(value) for name, value in service.get("environment", {}).items()}

    def command(self, service: Mapping[str, Any]) -> list[str]:
        """A service's command."""
        return [self.text(part) for part in service["command"]]
