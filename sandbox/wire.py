"""JSON as a directory sends it: a lone surrogate, which UTF-8 cannot hold, goes as an escape like ``\\ud800``."""

from __future__ import annotations

import json
from typing import Any

import orjson


def to_json(value: Any) -> bytes:
    """JSON text of plain values; only one with a lone surrogate in it is written by the slower standard library."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def from_json(content: bytes | str) -> Any:
    """What ``to_json`` wrote, lone surrogates included."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content)
