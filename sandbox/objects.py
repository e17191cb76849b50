"""What a directory holds, and the entries of its change log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class User:
    """One user; ``manager_id`` may name a user, deleted ones too, or an organisational contact."""

    id: str
    attributes: dict[str, Any]
    manager_id: str | None = None
    version: int = 0
    # Attributes that had a value once: a change feed tells them as null, and leaves out what never had one.
    cleared: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Group:
    """One group; ``member_ids`` keeps the links of deleted objects: ask ``Company.members`` for what Graph shows."""

    id: str
    attributes: dict[str, Any]
    member_ids: dict[str, None] = field(default_factory=dict)
    owner_ids: list[str] = field(default_factory=list)
    version: int = 0
    cleared: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class DirectoryObject:
    """What is neither user nor group: ``orgContact``, ``device`` or ``servicePrincipal``."""

    id: str
    kind: str
    attributes: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One entry of the log: ``what`` happened to the object ``id`` with this version.

    ``names`` are the attributes that were updated, ``link_id`` the other end of a link, ``old_id`` the one before.
    """

    version: int
    entity: str
    id: str
    what: str
    link_id: str | None = None
    old_id: str | None = None
    names: list[str] = field(default_factory=list)
