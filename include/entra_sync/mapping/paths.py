"""One attribute of every user as text: ``a``, ``a.b`` or ``a[0]``, out of typed columns or JSON text."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa

from entra_sync.config.attributes import PATH
from entra_sync.errors import ConfigurationError, SnapshotError
from entra_sync.mapping.rows import Column, pc


def read(users: pa.Table, path: str) -> Column:
    """One attribute as text, not yet cleaned: ``a``, ``a.b`` or ``a[0]``; a list is joined by commas.

    Raises SnapshotError when the snapshot has no such attribute, ConfigurationError when the path leads
    nowhere.
    """
    match = PATH.fullmatch(path)
    if match is None:
        raise ConfigurationError(
            f"The attribute path {path!r} cannot be read; expected a form such as `a.b` or `a[0]`."
        )
    root, steps = match[1], re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", match[2])
    if root == "manager":
        if steps:
            raise ConfigurationError(
                f"The path {path!r} cannot be read: of a manager, only `manager` (the id) is known."
            )
        root = "manager_id"
    if root not in users.column_names:
        raise SnapshotError(
            f"The snapshot has no attribute {root!r}, which the account uses.",
            hint="Run the account in mode full.",
        )
    values: Column = users[root].combine_chunks()
    for position, (name, index) in enumerate(steps):
        if pa.types.is_string(values.type):
            return _from_json(values, steps[position:])
        values = _item(values, int(index)) if index else _member(values, name, path)
    return _as_text(values)


def _member(values: Column, name: str, path: str) -> Column:
    if not pa.types.is_struct(values.type) or values.type.get_field_index(name) < 0:
        raise ConfigurationError(f"The attribute path {path!r} leads nowhere: there is no {name!r}.")
    return pc.struct_field(values, name)


def _item(values: Column, index: int) -> Column:
    """One item of each list; null where the list is shorter (Arrow's own list_element refuses those)."""
    if not pa.types.is_list(values.type):
        return pa.nulls(len(values), pa.string())
    there = pc.greater(pc.list_value_length(values), index)
    places = pc.add(values.offsets[:-1], index)
    return values.values.take(pc.if_else(there, places, pa.scalar(None, places.type)))


def _as_text(values: Column) -> Column:
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_list(values.type):
        return pc.binary_join(values.cast(pa.list_(pa.string())), ", ")
    if pa.types.is_struct(values.type):
        return pa.array([None if item is None else _dump(item) for item in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _from_json(values: Column, steps: list[tuple[str, str]]) -> Column:
    """Reach into an attribute that the snapshot keeps as JSON text (schema extensions, identities)."""
    coded = pc.dictionary_encode(values)
    found = pa.array([_reach(text, steps) for text in coded.dictionary.to_pylist()], pa.string())
    return found.take(coded.indices)


def _reach(text: str, steps: list[tuple[str, str]]) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for name, index in steps:
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif name and isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value if value is None or isinstance(value, str) else _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
