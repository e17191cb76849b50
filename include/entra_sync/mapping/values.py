"""The value that a mapped field has for every user, as the lines under ``mapping`` of the account file make it.

Snapshot columns in, one Arrow array per field out, row by row in the order of the table. Nothing is looked up
elsewhere, and nothing is guessed: what cannot be read is reported, never cleared.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.mapping import FieldMapping
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import Column, pc
from entra_sync.mapping.source import attribute, source_text
from entra_sync.mapping.text import unclean_text
from entra_sync.mapping.types import typed


@dataclass(frozen=True, kw_only=True)
class Values:
    """One field of every user. values: string, date32, bool or int64; text: before ``type`` was applied.

    unreadable: there is text that is not of the type; the value is null there.
    """

    values: Column
    text: Column
    unreadable: Column


def kind_of(name: str, field: FieldMapping) -> str:
    """text, date, bool, int, email or phone; hire_date is always a date, email an e-mail address."""
    return {"hire_date": "date", "email": "email"}.get(name, field.type)


def field_values(users: pa.Table, name: str, field: FieldMapping) -> Values:
    """Source, ``switch``, ``lower`` or ``title``, ``type``; ``default`` where that gives nothing.

    Text that cannot be read is not nothing: ``default`` does not hide it. The attribute ``default`` is cleaned and
    read as the type, and else taken as it is. Raises SnapshotError and ConfigurationError as ``paths.read`` does.
    """
    kind = kind_of(name, field)
    text = source_text(users, field, email=kind == "email")
    values, unreadable = typed(text, kind)
    if field.default:
        other = attribute(users, field.default, field, email=kind == "email")
        other_values, other_unreadable = typed(other, kind)
        nothing = pc.and_(pc.is_null(values), pc.invert(unreadable))
        text = pc.if_else(nothing, pc.coalesce(other, text), text)
        values = pc.if_else(nothing, other_values, values)
        unreadable = pc.if_else(nothing, other_unreadable, unreadable)
    return Values(values=values, text=text, unreadable=unreadable)


def emails(users: pa.Table, account: AccountConfig) -> Column:
    """Everybody's e-mail by the account's mapping; null where there is none."""
    return field_values(users, "email", account.mapping["email"]).values


def unclean(users: pa.Table, field: FieldMapping) -> Column:
    """Where an attribute of the field has control characters that were removed, or U+FFFD."""
    found = pa.repeat(pa.scalar(False), users.num_rows)
    for path in field.attributes():
        found = pc.or_(found, unclean_text(read(users, path)))
    return found
