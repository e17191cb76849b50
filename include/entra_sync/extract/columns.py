"""Graph's JSON objects to Arrow columns, exactly as they were: nothing is trimmed, mapped or guessed here."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pyarrow as pa


def record_batch(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    """One Arrow batch from one page of objects; an attribute that the answer left out is null."""
    arrays = [_array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array[Any]:
    """A column of the wanted type; a value of another shape is kept as JSON text or, in a typed column, as null."""
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return pa.array([_fit(value, kind) for value in values], kind)


def _fit(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    try:
        pa.array([value], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    return value


def parse_json(content: bytes) -> Any:
    """Parse a body; a lone surrogate, which JSON's grammar lets through and UTF-8 does not, becomes U+FFFD."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        if b"\\u" not in content:
            raise
        return _whole_unicode(json.loads(content.decode("utf-8", errors="replace")))


def _whole_unicode(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", errors="replace")
    if isinstance(value, list):
        return [_whole_unicode(item) for item in value]
    if isinstance(value, dict):
        return {str(_whole_unicode(key)): _whole_unicode(item) for key, item in value.items()}
    return value
