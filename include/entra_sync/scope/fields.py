"""The value that a mapped field has for every user: paths, templates, cleaning, addresses and dates.

Snapshot columns in, one Arrow array per field out, row by row in the order of the table. Text is stripped of
NUL characters (PostgreSQL takes none), brought to Unicode NFC and trimmed; blank text is null. Nothing is
looked up elsewhere, and nothing is guessed: what cannot be read is reported, never cleared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute

from entra_sync.config.account import AccountConfig, Field_
from entra_sync.errors import ConfigurationError, SnapshotError

PATH = re.compile(r"([^.\[\]]+)((?:\.[^.\[\]]+|\[\d+\])*)")
GUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
SEPARATORS = " ,;:/|-\u2013\u2014"

# The stubs lack utf8_normalize and refuse a plain Python value as an operand.
pc: Any = pyarrow.compute

Column = Any  # pa.Array; the stubs' element types say less than they cost


def usable(users: pa.Table) -> pa.Table:
    """The rows whose id is a GUID, one per id, sorted by id: the order that every later step relies on."""
    good = pc.fill_null(pc.match_substring_regex(users["id"], GUID), False)
    if pc.all(good, min_count=0).as_py() and _ascending(users["id"].combine_chunks()):
        return users.combine_chunks()
    ordered = users.filter(good).sort_by("id").combine_chunks()
    if ordered.num_rows < 2:
        return ordered
    ids = ordered["id"].combine_chunks()
    first = pa.concat_arrays([pa.array([True]), pc.not_equal(ids[1:], ids[:-1])])
    return ordered.filter(first).combine_chunks()


def _ascending(ids: Column) -> bool:
    return bool(pc.all(pc.greater(ids[1:], ids[:-1]), min_count=0).as_py())


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


def clean(values: Column) -> Column:
    """Text without NUL characters, in NFC, trimmed; blank is null."""
    text = pc.utf8_trim_whitespace(pc.utf8_normalize(pc.replace_substring(values, "\x00", ""), "NFC"))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def text_values(users: pa.Table, field: Field_, *, email: bool = False) -> Column:
    """The field as text, else its fall-back; an e-mail is lower case and never a guest's ``#EXT#`` name."""

    def attribute(path: str) -> Column:
        value = clean(read(users, path))
        return _without_guest_names(value) if email or field.type == "email" else value

    value = attribute(field.from_) if field.from_ else _from_template(field.template or "", attribute, users.num_rows)
    if field.default:
        value = pc.coalesce(value, attribute(field.default))
    return pc.utf8_lower(value) if email or field.type == "email" else value


def emails(users: pa.Table, account: AccountConfig) -> Column:
    """Everybody's e-mail by the account's mapping; null where there is none."""
    return text_values(users, account.mapping["email"], email=True)


def is_date(name: str, field: Field_) -> bool:
    """Whether a mapped field is a date; ``hire_date`` always is."""
    return field.type == "date" or name == "hire_date"


def date_values(users: pa.Table, field: Field_) -> tuple[Column, Column]:
    """The field as a date (the day in UTC), and where there is text that is none.

    Directories write 0001-01-01 for "not set": that is null, not an error.
    """
    text = pc.dictionary_encode(text_values(users, field))
    parsed = [_parse_date(value) for value in text.dictionary.to_pylist()]
    days = pa.array([None if value is False else value for value in parsed], pa.date32())
    unreadable = pa.array([value is False for value in parsed], pa.bool_())
    return days.take(text.indices), pc.fill_null(unreadable.take(text.indices), False)


def _parse_date(text: str) -> date | bool | None:
    """A day, None for "not set", False for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.year == 1:
            return None
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return False


def _from_template(template: str, attribute: Callable[[str], Column], rows: int) -> Column:
    """A missing part takes its separator along; without any part the field is null."""
    pieces = re.split(r"\{([^{}]+)\}", template)
    parts = [attribute(name) for name in pieces[1::2]]
    if not parts:
        return clean(pa.array([template] * rows, pa.string()))
    joined: list[Any] = [pieces[0]]
    for part, literal in zip(parts, pieces[2::2], strict=True):
        joined += [pc.fill_null(part, ""), literal]
    whole = pc.binary_join_element_wise(*joined, "")
    missing = [pc.is_null(part) for part in parts]
    some, every = missing[0], missing[0]
    for mask in missing[1:]:
        some, every = pc.or_(some, mask), pc.and_(every, mask)
    tidy = pc.utf8_trim(pc.replace_substring_regex(whole, r"\s+", " "), SEPARATORS)
    return clean(pc.if_else(every, pa.scalar(None, pa.string()), pc.if_else(some, tidy, whole)))


def _without_guest_names(values: Column) -> Column:
    """A guest's sign-in name (``a_contoso.com#EXT#@tenant``) looks like an address and is none."""
    guest = pc.match_substring(values, "#EXT#", ignore_case=True)
    return pc.if_else(guest, pa.scalar(None, pa.string()), values)


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
    return pa.array([_reach(text, steps) for text in values.to_pylist()], pa.string())


def _reach(text: str | None, steps: list[tuple[str, str]]) -> str | None:
    try:
        value = None if text is None else json.loads(text)
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
