"""A Graph request and its answer, the same whether it came alone or inside a ``$batch``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.server.errors import bad_request

KNOWN_OPTIONS = frozenset(
    {"$select", "$top", "$expand", "$filter", "$count", "$skiptoken", "$deltatoken", "$orderby", "$search", "$skip"}
)


@dataclass(frozen=True, kw_only=True)
class GraphRequest:
    """One request; ``target`` is path and query as sent, ``base`` the address that links begin with."""

    method: str
    target: str
    headers: Mapping[str, str]
    base: str
    content: bytes = b""

    @property
    def path(self) -> str:
        """The path below the base address, decoded."""
        return unquote(self.target.partition("?")[0])

    def query(self) -> dict[str, str]:
        """The query options; refuses one that Graph does not know or that came twice."""
        options: dict[str, str] = {}
        for name, value in parse_qsl(self.target.partition("?")[2], keep_blank_values=True):
            if name.startswith("$") and name not in KNOWN_OPTIONS:
                raise bad_request(f"The query parameter '{name}' is not supported.", "BadRequest")
            if name in options:
                raise bad_request(f"Query option '{name}' was specified more than once.", "BadRequest")
            options[name] = value
        return options

    @property
    def eventual(self) -> bool:
        """Whether the client asked for the index that advanced queries use."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"


@dataclass(kw_only=True)
class Reply:
    """One answer: a JSON ``body``, or ``text``."""

    status: int = 200
    body: Any = None
    text: str | None = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
