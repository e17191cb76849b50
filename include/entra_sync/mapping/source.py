"""Where the text of a field comes from: an attribute, a template, the first of several, a constant, a value table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from entra_sync.config.mapping import PARTS, FieldMapping
from entra_sync.mapping.names import title
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import Column, pc
from entra_sync.mapping.text import clean, cleaned

SEPARATORS = " ,;:/|-\u2013\u2014"
NOTHING = pa.scalar(None, pa.string())


def attribute(users: pa.Table, path: str, field: FieldMapping, *, email: bool) -> Column:
    """One attribute, cleaned. A guest's sign-in name (``a_contoso.com#EXT#@tenant``) looks like an address: none."""
    value = clean(read(users, path), strip=field.strip)
    if email:
        value = pc.if_else(pc.match_substring(value, "#EXT#", ignore_case=True), NOTHING, value)
    return value


def source_text(users: pa.Table, field: FieldMapping, *, email: bool) -> Column:
    """The field's text after source, ``switch`` and ``lower`` or ``title``; null where there is none."""

    def part(path: str) -> Column:
        return attribute(users, path, field, email=email)

    if field.from_ is not None:
        text = part(field.from_)
    elif field.first_of is not None:
        text = pc.coalesce(*(part(path) for path in field.first_of))
    elif field.template is not None and PARTS.search(field.template):
        text = _from_template(field.template, part, strip=field.strip)
    else:
        constant = field.value if field.template is None else field.template
        text = pa.repeat(pa.scalar(cleaned(constant, strip=field.strip), pa.string()), users.num_rows)
    if field.switch is not None:
        text = _switched(text, field.switch, field)
    return pc.utf8_lower(text) if field.lower else title(text) if field.title else text


def _from_template(template: str, part: Callable[[str], Column], *, strip: bool) -> Column:
    """A missing part takes its separator along; without any part the field is null."""
    pieces = PARTS.split(template)
    parts = [part(path) for path in pieces[1::2]]
    joined: list[Any] = [pieces[0]]
    for one, literal in zip(parts, pieces[2::2], strict=True):
        joined += [pc.fill_null(one, ""), literal]
    whole = pc.binary_join_element_wise(*joined, "")
    missing = [pc.is_null(one) for one in parts]
    some, every = missing[0], missing[0]
    for mask in missing[1:]:
        some, every = pc.or_(some, mask), pc.and_(every, mask)
    if pc.any(some).as_py():
        tidy = pc.utf8_trim(pc.replace_substring_regex(whole, r"\s+", " "), SEPARATORS)
        whole = pc.if_else(every, NOTHING, pc.if_else(some, tidy, whole))
    return clean(whole, strip=strip)


def _switched(text: Column, table: Mapping[str, str | None], field: FieldMapping) -> Column:
    """The value that the table has for each text, in any case; ``""`` stands for not set.

    What is not set and has no line of its own stays so, whatever ``otherwise`` says.
    """
    lines = {_fold(cleaned(key) or ""): cleaned(value, strip=field.strip) for key, value in table.items()}
    instead = cleaned(field.otherwise, strip=field.strip)
    coded = pc.dictionary_encode(text)
    exchanged = [lines.get(_fold(old), instead if field.has_otherwise else old) for old in coded.dictionary.to_pylist()]
    made = pa.array(exchanged, pa.string()).take(coded.indices)
    return made if lines.get("") is None else pc.if_else(pc.is_null(text), lines[""], made)


def _fold(text: str) -> str:
    return text.strip().casefold()
