"""Who is meant: an object id, an e-mail address or a user principal name, any case, in a snapshot's users."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import pyarrow as pa

from entra_sync.mapping.rows import Column, pc

NAMES = ("mail", "userPrincipalName")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be meant; ``name`` and ``address`` as they are known where they were found."""

    entra_id: str | None
    name: str | None
    address: str | None


def find(users: pa.Table, email: Column, wanted: str) -> list[Candidate]:
    """Everybody whose id, mail, user principal name or mapped ``email`` (row by row) this is, sorted by id."""
    text = wanted.strip().lower()
    hit = pc.equal(pc.utf8_lower(users["id"].combine_chunks()), text)
    for column in (*(users[name].combine_chunks() for name in NAMES if name in users.column_names), email):
        hit = pc.or_(pc.fill_null(hit, False), pc.fill_null(pc.equal(pc.utf8_lower(column), text), False))
    address = pc.coalesce(email, *(users[name].combine_chunks() for name in NAMES if name in users.column_names))
    found = users.select(["id", "displayName"]).append_column("address", address).filter(hit).sort_by("id")
    return [Candidate(entra_id=row["id"], name=row["displayName"], address=row["address"]) for row in found.to_pylist()]


def nearest_address(email: Column, wanted: str) -> str | None:
    """The address that is nearly the one asked for, to say "did you mean": same first letter, about as long."""
    text = wanted.strip().lower()
    if "@" not in text:
        return None
    length = pc.utf8_length(email)
    alike = pc.and_(
        pc.starts_with(email, text[:1]),
        pc.and_(pc.greater_equal(length, len(text) - 2), pc.less_equal(length, len(text) + 2)),
    )
    addresses: set[str] = set(email.filter(alike).to_pylist())
    near = difflib.get_close_matches(text, sorted(addresses), n=1, cutoff=0.85)
    return near[0] if near else None
